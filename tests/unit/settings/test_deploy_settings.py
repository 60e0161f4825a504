"""The `[deploy]` table of guard.toml."""

import pytest

from platform_guard.deploy_settings import DeploySettings, partition_of
from platform_guard.settings import SettingsError, parse_settings
from tests.support.paths import ROOT

SHIPPED_FILE = ROOT / "guard.toml"


def refusal(text: str) -> str:
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


def test_the_shipped_file_states_every_default() -> None:
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
    "slip",
    ["eu-centrall-1", "eu-central", "eu-central-1a", "EU-CENTRAL-1", "frankfurt", "", "us-gov-1"],
)
def test_what_is_no_region_is_refused_with_an_example(slip: str) -> None:
    assert refusal(f'regions = ["{slip}"]') == (
        f"regions: {slip!r} is no region of AWS; write one such as eu-central-1"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'regions = ["eu-west-1", "eu-west-1"]',
            "regions: 'eu-west-1' is there twice; write it once",
            id="a region twice",
        ),
        pytest.param(
            'regions = ["eu-west-1", "cn-north-1"]',
            "regions: China, GovCloud and the other regions are separate, with accounts of their "
            "own; write a settings file for each, and name it with GUARD_TOML",
            id="regions that no account spans",
        ),
        pytest.param(
            'regions = "eu-west-1"',
            "regions: is a string; write a list, in brackets",
            id="no list",
        ),
        pytest.param(
            "max_concurrency = 1",
            "max_concurrency: 1 is out of range; write a whole number from 2 to 1000",
            id="less than SQS accepts",
        ),
        pytest.param(
            "region = []",
            "region: unknown; did you mean regions? allowed are regions, customer_key, "
            "max_concurrency, reserve_concurrency",
            id="a misspelled key",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_write(text: str, message: str) -> None:
    assert refusal(text) == message
