"""`platform-guard audit` on the emulator: the verdicts of `inspect` in fewer calls."""

import json
from collections import Counter
from pathlib import Path

import pytest

from platform_guard_cli.main import main
from platform_guard_emulator import LocalAws, push_layout
from tests.support.audit_command import Audit
from tests.support.filled_registry import CASES, fill_registry, fill_repository
from tests.support.known_images import layout_of
from tests.support.registry import MAC_BUILD, MULTI_PLATFORM, PLAIN_AMD64, PLAIN_ARM64

SAME_KEYS = ("reference", "digest", "kind", "platforms", "verdict", "reason")


def test_an_audit_returns_the_verdicts_of_inspect_within_its_call_budget(
    aws: LocalAws, audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    repositories = 3
    fill_registry(aws, repositories)
    fill_repository(aws, "shop/twice", MAC_BUILD, MULTI_PLATFORM, PLAIN_AMD64)
    ecr = aws.client("ecr")
    manifests = 0
    plain_images = 0
    for repository in ecr.describe_repositories()["repositories"]:
        name = repository["repositoryName"]
        for page in ecr.get_paginator("describe_images").paginate(repositoryName=name):
            types = [image["imageManifestMediaType"] for image in page["imageDetails"]]
            manifests += len(types)
            plain_images += sum("manifest.v" in media_type for media_type in types)

    lines = audit.lines()
    calls = Counter(call.operation for call in aws.calls if call.service == "ecr")
    downloads = list(aws.downloads)

    assert len(lines) == len(CASES) + 3
    budget = manifests / 100 + plain_images + (repositories + 1) * 3
    assert sum(calls.values()) <= budget
    assert calls["DescribeRepositories"] == 1
    assert calls["DescribeImages"] == repositories + 1
    assert calls["BatchGetImage"] == (repositories + 1) * 2
    assert calls["GetDownloadUrlForLayer"] == len(downloads) == len(set(downloads))
    for line in lines:
        main(["inspect", line["reference"], "--json"])
        inspected = json.loads(capsys.readouterr().out)
        assert {key: line[key] for key in SAME_KEYS} == {key: inspected[key] for key in SAME_KEYS}
        if line["verdict"] not in ("compliant", "not-an-image"):
            assert line["evidence"] == inspected["evidence"]


def test_an_audit_makes_only_read_calls(aws: LocalAws, audit: Audit) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    audit.lines()

    reading = {"Describe", "BatchGet", "GetDownload", "GetCaller"}
    assert all(any(call.operation.startswith(verb) for verb in reading) for call in aws.calls)


def test_an_image_with_several_tags_is_evaluated_once_and_marks_are_ignored(
    aws: LocalAws, audit: Audit
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "2.0")
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "platform-guard.missing-platform.2.0.ab")
    push_layout(aws, "shop/api", layout_of(PLAIN_ARM64), "platform-guard.missing-platform.1.cd")

    (line,) = audit.lines()

    assert line["tags"] == ["2.0", MAC_BUILD]
    assert line["verdict"] == "missing-platform"


def test_repositories_are_selected_by_name_and_pattern(aws: LocalAws, audit: Audit) -> None:
    for repository in ("shop/api", "shop/web", "team/app", "app"):
        fill_repository(aws, repository, PLAIN_AMD64)

    def audited(*patterns: str) -> set[str]:
        return {line["reference"].split("/", 1)[1].split(":")[0] for line in audit.lines(*patterns)}

    assert audited() == {"shop/api", "shop/web", "team/app", "app"}
    assert audited("shop/*") == {"shop/api", "shop/web"}
    assert audited("app", "*/w?b") == {"app", "shop/web"}


def test_policies_can_differ_by_tag(aws: LocalAws, audit: Audit, tmp_path: Path) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "mac-1")
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "old-1")
    policy = tmp_path / "guard.toml"
    policy.write_text(
        '[[repository]]\nrepository = "*"\ntag = "mac-*"\nrequired_platforms = ["linux/arm64"]\n'
        'index_rule = "allow"\n'
        '[[repository]]\nrepository = "*"\ntag = "old-*"\nignore = true\n'
    )

    lines = audit.lines("--policy", str(policy))

    assert {(line["tags"][0], line["verdict"]) for line in lines} == {
        (MAC_BUILD, "missing-platform"),
        ("mac-1", "compliant"),
    }


def test_several_regions_are_audited_in_one_run(aws: LocalAws, audit: Audit) -> None:
    for region in ("eu-central-1", "us-east-1"):
        ecr = aws.client("ecr", region_name=region)
        ecr.create_repository(repositoryName="shop/api")
        push_layout(aws, "shop/api", layout_of(MAC_BUILD), "1.0", ecr=ecr)

    lines = audit.lines("--region", "eu-central-1", "--region", "us-east-1")

    assert [line["reference"].split(".")[3] for line in lines] == ["eu-central-1", "us-east-1"]


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [
        ([], 0),
        (["mislabeled"], 0),
        (["missing-platform"], 1),
        (["mislabeled", "missing-platform"], 1),
        (["unseen"], 0),
    ],
)
def test_fail_on_sets_the_exit_status(
    aws: LocalAws, audit: Audit, fail_on: list[str], status: int
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD, PLAIN_AMD64)

    assert audit(*(f"--fail-on={finding}" for finding in fail_on)) == status


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none"], "No repository matches none in account 123456789012, eu-central-1."),
        (["--policy", "none.toml"], "none.toml: cannot be read"),
        (["--resume"], "No interrupted audit to resume."),
    ],
)
def test_a_usage_error_is_one_line(audit: Audit, arguments: list[str], error: str) -> None:
    assert audit(*arguments) == 2
    (line,) = audit.errors.splitlines()
    assert error in line
