"""The `[deploy]` table of guard.toml."""

import pytest

from platform_guard_settings.deploy import DeploySettings, partition_of
from platform_guard_settings.guard_toml import SettingsError, parse_settings
from tests.support.paths import ROOT

SHIPPED_FILE = ROOT / "guard.toml"


def error_message(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(f"[deploy]\n{text}")
    return str(caught.value).removeprefix("guard.toml: [deploy] ")


def test_every_key_is_read() -> None:
    deploy = parse_settings("""
        [deploy]
        regions = ["eu-central-1", "us-east-1"]
        customer_key = true
        max_concurrency = 50
        reserve_concurrency = true
    """).deploy

    assert deploy == DeploySettings(
        regions=("eu-central-1", "us-east-1"),
        customer_key=True,
        max_concurrency=50,
        reserve_concurrency=True,
    )


def test_the_shipped_file_sets_every_default() -> None:
    text = SHIPPED_FILE.read_text(encoding="utf-8")

    assert parse_settings(text).deploy == DeploySettings()
    for key in ("regions", "customer_key", "max_concurrency", "reserve_concurrency"):
        assert f"\n{key} = " in text


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("ap-southeast-5", "aws"),
        ("mx-central-1", "aws"),
        ("ca-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ],
)
def test_a_region_belongs_to_a_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


@pytest.mark.parametrize(
    "region",
    ["eu-centrall-1", "eu-central", "eu-central-1a", "EU-CENTRAL-1", "frankfurt", "", "us-gov-1"],
)
def test_an_invalid_region_is_rejected_with_an_example(region: str) -> None:
    assert error_message(f'regions = ["{region}"]') == (
        f"regions: invalid AWS Region {region!r}; use a Region code such as eu-central-1"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'regions = ["eu-west-1", "eu-west-1"]',
            "regions: 'eu-west-1' is a duplicate; list it once",
            id="duplicate region",
        ),
        pytest.param(
            'regions = ["eu-west-1", "cn-north-1"]',
            "regions: the Regions are in different partitions (China, GovCloud, other); "
            "use one settings file per partition and select it with GUARD_TOML",
            id="different partitions",
        ),
        pytest.param(
            'regions = "eu-west-1"',
            "regions: expected a list in brackets, got a string",
            id="not a list",
        ),
        pytest.param(
            "max_concurrency = 1",
            "max_concurrency: 1 is out of range; use an integer from 2 to 1000",
            id="below the SQS minimum",
        ),
        pytest.param(
            "region = []",
            "region: unknown key; did you mean regions? allowed keys: regions, customer_key, "
            "max_concurrency, reserve_concurrency",
            id="misspelled key",
        ),
    ],
)
def test_an_error_is_one_line_with_the_setting_and_the_correction(text: str, message: str) -> None:
    assert error_message(text) == message
