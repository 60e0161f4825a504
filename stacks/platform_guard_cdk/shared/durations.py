"""Durations of the CDK, each made once: every call to it takes a turn of its process."""

from functools import cache

from aws_cdk import Duration


@cache
def seconds(number: int) -> Duration:
    """Return so many seconds."""
    return Duration.seconds(number)


@cache
def minutes(number: int) -> Duration:
    """Return so many minutes."""
    return Duration.minutes(number)


@cache
def hours(number: int) -> Duration:
    """Return so many hours."""
    return Duration.hours(number)
