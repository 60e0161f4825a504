"""The `[deploy]` table of guard.toml: Regions, encryption and concurrency."""

import re
from dataclasses import dataclass

from platform_guard.values import integer_between, read_boolean, read_string, unique_list
from platform_guard_settings.toml_table import TomlTable, TomlTableError

# Follows the naming scheme instead of listing Regions, so that it catches typos and does not go out
# of date. The deployment reports a Region that the account does not have.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
_DIRECTION = "(?:central|(?:north|south)(?:east|west)?|east|west)"
_PARTITIONS = {
    "aws": rf"(?:af|ap|ca|eu|il|me|mx|sa|us)-{_DIRECTION}-[1-9]",
    "aws-cn": rf"cn-{_DIRECTION}-[1-9]",
    "aws-us-gov": rf"us-gov-{_DIRECTION}-[1-9]",
}

LEAST_CONCURRENCY = 2
MOST_CONCURRENCY = 1000
"""Bounds of an SQS event source mapping (Lambda API, ScalingConfig, MaximumConcurrency)."""


@dataclass(frozen=True, slots=True)
class DeploySettings:
    """The `[deploy]` settings; the defaults cost the least."""

    regions: tuple[str, ...] = ()
    """Empty for the default Region of the credentials."""
    customer_key: bool = False
    """Whether a customer managed KMS key encrypts all stored data."""
    max_concurrency: int = 10
    """Maximum concurrency of each function, 2 to 1000."""
    reserve_concurrency: bool = False
    """Whether `max_concurrency` is also reserved for each function."""


def read_deploy_settings(root: TomlTable) -> DeploySettings:
    """Read the `[deploy]` table. Raise TomlTableError if it is invalid."""
    default = DeploySettings()
    with root.table("deploy") as deploy:
        settings = DeploySettings(
            regions=deploy.take("regions", unique_list(_region), default.regions),
            customer_key=deploy.take("customer_key", read_boolean, default.customer_key),
            max_concurrency=deploy.take(
                "max_concurrency",
                integer_between(LEAST_CONCURRENCY, MOST_CONCURRENCY),
                default.max_concurrency,
            ),
            reserve_concurrency=deploy.take(
                "reserve_concurrency", read_boolean, default.reserve_concurrency
            ),
        )
    if len({partition_of(region) for region in settings.regions}) > 1:
        raise TomlTableError(
            "[deploy] regions: the Regions are in different partitions (China, GovCloud, other); "
            "use one settings file per partition and select it with GUARD_TOML"
        )
    return settings


def partition_of(region: str) -> str:
    """Return the partition of a Region, such as `aws-cn`. Raise ValueError if it is invalid."""
    for partition, pattern in _PARTITIONS.items():
        if re.fullmatch(pattern, region):
            return partition
    raise ValueError(f"invalid AWS Region {region!r}; use a Region code such as eu-central-1")


def _region(value: object) -> str:
    region = read_string(value)
    partition_of(region)
    return region
