"""`platform-guard replay` on the sample events."""

import json
from pathlib import Path

import pytest

from platform_guard_cli.errors import UsageError
from platform_guard_cli.main import main
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_cli.replay.event_files import read_event
from platform_guard_cli.replay.replay import ReplayResult, layouts_by_digest, replay, replay_event
from tests.support.known_images import layout_of

EVENTS = REPOSITORY_ROOT / "events" / "ecr"
GUARD_FILE = REPOSITORY_ROOT / "guard.toml"

OUTCOMES = {
    "delete": "not matched",
    "pull-through-cache": "not matched",
    "push-amd64-plain": "compliant",
    "push-arm64-index": "missing-platform",
    "push-arm64-plain": "missing-platform",
    "push-build-cache": "not-an-image",
    "push-failed": "not matched",
    "push-helm-chart": "not-an-image",
    "push-index-attestation": "not matched",
    "push-index-child": "not matched",
    "push-index-child-empty-tag": "ignored",
    "push-mislabeled": "mislabeled",
    "push-multi-platform": "compliant",
    "push-own-mark": "not matched",
    "push-tag-already-moved": "superseded",
    "push-with-unknown-keys": "compliant",
    "replication": "not matched",
    "update-storage-class": "not matched",
}


def envelope(**fields: object) -> str:
    event = json.loads((EVENTS / "push-arm64-index.json").read_text())
    return json.dumps(event | fields)


def in_region(region: str, folder: Path) -> Path:
    event = json.loads((EVENTS / "push-arm64-index.json").read_text())
    path = folder / f"{region}.json"
    path.write_text(json.dumps(event | {"region": region}))
    return path


def pushed_as(folder: Path, **detail: object) -> Path:
    event = json.loads((EVENTS / "push-arm64-index.json").read_text())
    path = folder / f"{'-'.join(detail)}.json"
    path.write_text(json.dumps(event | {"detail": event["detail"] | detail}))
    return path


@pytest.fixture(scope="module")
def replayed(
    tmp_path_factory: pytest.TempPathFactory, default_assembly: Path
) -> dict[str, ReplayResult]:
    """The results of every sample event, of a push in other regions, and of invalid names."""
    folder = tmp_path_factory.mktemp("events")
    regions = [in_region(name, folder) for name in ("us-east-1", "cn-north-1", "us-gov-west-1")]
    invalid_names = [
        pushed_as(folder, **{"repository-name": "Shop API"}),
        pushed_as(folder, **{"image-tag": "1.4.2 beta"}),
    ]
    paths = [*sorted(EVENTS.glob("*.json")), *regions, *invalid_names]
    layouts = layouts_by_digest()
    return {
        path.stem: replay_event(path, read_event(path), default_assembly, layouts) for path in paths
    }


def test_every_sample_event_is_in_the_table() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize(("event", "expected"), OUTCOMES.items())
def test_a_sample_event_has_the_outcome_of_the_table(
    replayed: dict[str, ReplayResult], event: str, expected: str
) -> None:
    outcome = replayed[event].outcome

    assert (outcome.verdict or outcome.status) == expected


@pytest.mark.parametrize("event", OUTCOMES)
def test_an_event_causes_an_alert_if_it_is_a_finding(
    replayed: dict[str, ReplayResult], event: str
) -> None:
    is_finding = OUTCOMES[event] in ("missing-platform", "mislabeled")

    assert len(replayed[event].alerts) == is_finding


@pytest.mark.parametrize(
    ("region", "registry"),
    [
        ("us-east-1", "123456789012.dkr.ecr.us-east-1.amazonaws.com"),
        ("cn-north-1", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_template_works_in_every_partition(
    replayed: dict[str, ReplayResult], region: str, registry: str
) -> None:
    result = replayed[region]

    assert result.outcome.verdict == "missing-platform"
    assert f"-t {registry}/shop/api:1.4.2 --push" in result.alerts[0]["email"]


@pytest.mark.parametrize("field", ["repository-name", "image-tag"])
def test_a_push_with_an_invalid_name_is_stale(
    replayed: dict[str, ReplayResult], field: str
) -> None:
    assert replayed[field].outcome.status == "superseded"


def test_an_event_can_name_an_image_of_the_image_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = layout_of("bk0.25-default-amd64")
    digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    event = json.loads((EVENTS / "push-arm64-index.json").read_text())
    event["detail"]["image-digest"] = digest
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))

    status = main(["replay", str(path), "--image", str(layout), "--json"])

    printed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert set(printed) == {"event", "outcome", "reason", "verdict", "cause", "remedy", "alerts"}
    assert printed["verdict"] == "index-only"
    assert printed["alerts"][0]["code"] == "index-only"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON"),
        ("[" * 10_000, "is not JSON"),
        ("[]", "is not an EventBridge event: missing account, detail"),
        ('{"detail": {}}', "is not an EventBridge event: missing account, detail-type"),
        (envelope(account="12"), 'is not an EventBridge event: invalid account "12"'),
        (envelope(id=7), "is not an EventBridge event: invalid id 7"),
        (envelope(region="mars-1"), 'is not an EventBridge event: invalid region "mars-1"'),
        (envelope(time="noon"), 'is not an EventBridge event: invalid time "noon"'),
        (envelope(source=None), "is not an EventBridge event: invalid source null"),
    ],
    ids=[
        "not JSON",
        "nested too deep",
        "a list",
        "no envelope",
        "no account",
        "no id",
        "no region",
        "no time",
        "no source",
    ],
)
def test_an_invalid_event_is_reported_before_anything_starts(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "event.json"
    path.write_text(content)

    with pytest.raises(UsageError, match=complaint):
        list(replay([path], GUARD_FILE, []))


def test_invalid_settings_are_reported_with_the_error_of_the_synthesis(tmp_path: Path) -> None:
    settings = tmp_path / "guard.toml"
    settings.write_text('[guard]\nindex_rule = "forbit"\n')

    with pytest.raises(UsageError, match="index_rule: 'forbit' is not allowed"):
        list(replay([EVENTS / "delete.json"], settings, []))
