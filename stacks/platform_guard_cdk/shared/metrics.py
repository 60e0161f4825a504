"""The guard's own metrics, and ECR's usage metric, for alarms and the dashboard."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "EcrPlatformGuard"
"""The namespace of the guard's metrics. Powertools adds the dimension `service`."""

PUT_IMAGE = {"Service": "ECR", "Type": "API", "Resource": "PutImage", "Class": "None"}
"""The dimensions of ECR's usage metric (`AWS/Usage`, `CallCount`) for PutImage.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
"""

_SUM = cloudwatch.Stats.SUM


def service_name(module: str) -> str:
    """Return the Powertools service name of a function module: `push_guard` → `push-guard`."""
    return module.replace("_", "-")


def guard_metric(module: str, name: str, period: Duration) -> cloudwatch.Metric:
    """Return the sum of a counter that the function of `module` writes."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service_name(module)},
        statistic=_SUM,
        period=period,
    )


def put_image_calls(period: Duration) -> cloudwatch.Metric:
    """Return the number of PutImage calls in this account and region.

    It includes the guard's marks and the children of indexes.
    """
    return cloudwatch.Metric(
        namespace="AWS/Usage",
        metric_name="CallCount",
        dimensions_map=PUT_IMAGE,
        statistic=_SUM,
        period=period,
    )
