"""The `[deploy]` table of the settings: where the guard is deployed, and with what."""

import re
from dataclasses import dataclass

from platform_guard.toml_table import (
    TomlTable,
    TomlTableError,
    a_boolean,
    a_string,
    a_whole_number,
    distinct,
)

# Places and directions as AWS combines them, so that a slip is found without a list of regions,
# which would be out of date soon. Whether the account has the region, the deployment finds out.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
_DIRECTION = "(?:central|(?:north|south)(?:east|west)?|east|west)"
_PARTITIONS = {
    "aws": rf"(?:af|ap|ca|eu|il|me|mx|sa|us)-{_DIRECTION}-[1-9]",
    "aws-cn": rf"cn-{_DIRECTION}-[1-9]",
    "aws-us-gov": rf"us-gov-{_DIRECTION}-[1-9]",
}

LEAST_CONCURRENCY = 2
MOST_CONCURRENCY = 1000
"""What an event source mapping of SQS accepts (Lambda API, ScalingConfig)."""


@dataclass(frozen=True, slots=True)
class DeploySettings:
    """Where the guard is deployed, and with what; the defaults cost the least."""

    regions: tuple[str, ...] = ()
    """Where; none: the region of the credentials."""
    customer_key: bool = False
    """Whether a key of the account's own encrypts all that is stored."""
    max_concurrency: int = 10
    """How many copies of a function may run at once, 2 to 1000."""
    reserve_concurrency: bool = False
    """Whether as many are kept free for it of what the account may run at once."""


def read_deploy_settings(root: TomlTable) -> DeploySettings:
    """Read the table of a settings file. Raises TomlTableError."""
    default = DeploySettings()
    with root.table("deploy") as deploy:
        settings = DeploySettings(
            regions=deploy.take("regions", distinct(_region), default.regions),
            customer_key=deploy.take("customer_key", a_boolean, default.customer_key),
            max_concurrency=deploy.take(
                "max_concurrency",
                a_whole_number(LEAST_CONCURRENCY, MOST_CONCURRENCY),
                default.max_concurrency,
            ),
            reserve_concurrency=deploy.take(
                "reserve_concurrency", a_boolean, default.reserve_concurrency
            ),
        )
    if len({partition_of(region) for region in settings.regions}) > 1:
        raise TomlTableError(
            "[deploy] regions: China, GovCloud and the other regions are separate, with accounts "
            "of their own; write a settings file for each, and name it with GUARD_TOML"
        )
    return settings


def partition_of(region: str) -> str:
    """Give the partition of a region, such as `aws-cn`. Raises ValueError for what is none."""
    for partition, pattern in _PARTITIONS.items():
        if re.fullmatch(pattern, region):
            return partition
    raise ValueError(f"{region!r} is no region of AWS; write one such as eu-central-1")


def _region(value: object) -> str:
    region = a_string(value)
    partition_of(region)
    return region
