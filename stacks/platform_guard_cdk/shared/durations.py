"""CDK durations, cached: creating one is a call to the CDK process."""

from functools import cache

from aws_cdk import Duration


@cache
def seconds(number: int) -> Duration:
    """Return a cached duration in seconds."""
    return Duration.seconds(number)


@cache
def minutes(number: int) -> Duration:
    """Return a cached duration in minutes."""
    return Duration.minutes(number)


@cache
def hours(number: int) -> Duration:
    """Return a cached duration in hours."""
    return Duration.hours(number)
