"""`platform-guard replay` on the sample events."""

import json
from pathlib import Path

import pytest

from platform_guard_cli.errors import UsageError
from platform_guard_cli.main import main
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_cli.replay.event_files import read_event
from platform_guard_cli.replay.replay import Replayed, layouts_by_digest, replay, replay_event
from tests.support.known_images import layout_of

EVENTS = REPOSITORY_ROOT / "events" / "ecr"
GUARD_FILE = REPOSITORY_ROOT / "guard.toml"

OUTCOMES = {
    "delete": "not let through",
    "pull-through-cache": "not let through",
    "push-amd64-plain": "compliant",
    "push-arm64-index": "missing-platform",
    "push-arm64-plain": "missing-platform",
    "push-build-cache": "not-an-image",
    "push-failed": "not let through",
    "push-helm-chart": "not-an-image",
    "push-index-attestation": "not let through",
    "push-index-child": "not let through",
    "push-index-child-empty-tag": "ignored",
    "push-mislabeled": "mislabeled",
    "push-multi-platform": "compliant",
    "push-own-mark": "not let through",
    "push-tag-already-moved": "stale",
    "push-with-unknown-keys": "compliant",
    "replication": "not let through",
    "update-storage-class": "not let through",
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
) -> dict[str, Replayed]:
    """What became of every sample event, of a push in other regions, and of impossible names."""
    folder = tmp_path_factory.mktemp("events")
    regions = [in_region(name, folder) for name in ("us-east-1", "cn-north-1", "us-gov-west-1")]
    ungrammatical = [
        pushed_as(folder, **{"repository-name": "Shop API"}),
        pushed_as(folder, **{"image-tag": "1.4.2 beta"}),
    ]
    paths = [*sorted(EVENTS.glob("*.json")), *regions, *ungrammatical]
    layouts = layouts_by_digest()
    return {
        path.stem: replay_event(path, read_event(path), default_assembly, layouts) for path in paths
    }


def test_every_sample_event_is_in_the_table() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize(("event", "expected"), OUTCOMES.items())
def test_a_sample_event_ends_as_its_table_says(
    replayed: dict[str, Replayed], event: str, expected: str
) -> None:
    outcome = replayed[event].outcome

    assert (outcome.verdict or outcome.word) == expected


@pytest.mark.parametrize("event", OUTCOMES)
def test_exactly_the_findings_are_reported(replayed: dict[str, Replayed], event: str) -> None:
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
    replayed: dict[str, Replayed], region: str, registry: str
) -> None:
    result = replayed[region]

    assert result.outcome.verdict == "missing-platform"
    assert f"-t {registry}/shop/api:1.4.2 --push" in result.alerts[0]["email"]


@pytest.mark.parametrize("field", ["repository-name", "image-tag"])
def test_a_name_that_nothing_can_have_is_of_something_gone(
    replayed: dict[str, Replayed], field: str
) -> None:
    assert replayed[field].outcome.word == "stale"


def test_an_event_can_name_an_image_of_ones_own(
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
        ("[]", "is no event of EventBridge: it lacks account, detail"),
        ('{"detail": {}}', "is no event of EventBridge: it lacks account, detail-type"),
        (envelope(account="12"), 'is no event of EventBridge: account cannot be "12"'),
        (envelope(id=7), "is no event of EventBridge: id cannot be 7"),
        (envelope(region="mars-1"), 'is no event of EventBridge: region cannot be "mars-1"'),
        (envelope(time="noon"), 'is no event of EventBridge: time cannot be "noon"'),
        (envelope(source=None), "is no event of EventBridge: source cannot be null"),
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
def test_what_is_no_event_is_told_before_anything_starts(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "event.json"
    path.write_text(content)

    with pytest.raises(UsageError, match=complaint):
        list(replay([path], GUARD_FILE, []))


def test_a_mistake_in_the_settings_is_told_as_synthesis_tells_it(tmp_path: Path) -> None:
    settings = tmp_path / "guard.toml"
    settings.write_text('[guard]\nindex_rule = "forbit"\n')

    with pytest.raises(UsageError, match="index_rule: 'forbit' is not allowed"):
        list(replay([EVENTS / "delete.json"], settings, []))
