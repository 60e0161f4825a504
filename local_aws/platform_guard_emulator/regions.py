"""The regions of AWS, in every partition that botocore knows."""

from functools import cache

import boto3


def is_region(name: object) -> bool:
    """Tell whether something is the name of a region that has Amazon ECR."""
    return isinstance(name, str) and name in _regions()


@cache
def _regions() -> frozenset[str]:
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ecr", partition)
    )
