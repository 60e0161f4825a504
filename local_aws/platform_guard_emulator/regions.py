"""The AWS regions in all partitions of botocore."""

from functools import cache

import boto3


def is_region(name: object) -> bool:
    """Return whether a value is the name of a region with Amazon ECR."""
    return isinstance(name, str) and name in _regions()


@cache
def _regions() -> frozenset[str]:
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ecr", partition)
    )
