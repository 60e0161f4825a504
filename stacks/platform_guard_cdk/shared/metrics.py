"""The metrics that the functions write, and those of AWS that say whether they are fed."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "EcrPlatformGuard"
"""Where the functions write theirs, through Powertools, each under its service."""


_SUM = cloudwatch.Stats.SUM


def service_of(module: str) -> str:
    """Return the name that a module's function writes its metrics and logs under."""
    return module.replace("_", "-")


def guard_metric(module: str, name: str, period: Duration) -> cloudwatch.Metric:
    """Return the sum of a count that a module's function writes."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service_of(module)},
        statistic=_SUM,
        period=period,
    )


def images_put(period: Duration) -> cloudwatch.Metric:
    """Return how often anyone in this account and region put an image into ECR.

    Marks of the guard and the children of an index are among them.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
    """
    return cloudwatch.Metric(
        namespace="AWS/Usage",
        metric_name="CallCount",
        dimensions_map={"Service": "ECR", "Type": "API", "Resource": "PutImage", "Class": "None"},
        statistic=_SUM,
        period=period,
    )
