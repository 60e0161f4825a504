"""`platform-guard audit` on the stand-in: the verdicts of `inspect` for a fraction of its calls."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from cli.main import main
from local_aws import LocalAws, push_layout
from tests.support.faults import FAST_RETRIES, before_each_ecr_call, throttled_ecr
from tests.support.known_images import layout_of
from tests.support.registry import MAC_BUILD, MULTI_PLATFORM, PLAIN_AMD64, PLAIN_ARM64
from tests.support.stocks import CASES, OBSERVED, stock, stock_with_all

SAME_KEYS = ("reference", "digest", "kind", "platforms", "verdict", "reason")


class Audit:
    """Runs the command, and reads what it writes."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.errors = ""

    def __call__(self, *arguments: str) -> int:
        self.capsys.readouterr()
        status = main(["audit", *arguments])
        self.errors = self.capsys.readouterr().err
        return status

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """Audit as JSON lines."""
        file = self.folder / "audit.jsonl"
        assert self("--format", "jsonl", "--output", str(file), *arguments) == 0
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def journals(self) -> list[Path]:
        return list((self.folder / "cache" / "ecr-platform-guard").glob("*"))


@pytest.fixture
def audit(
    tmp_path: Path,
    aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Audit:
    for name, value in {**OBSERVED, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    aws.calls.clear()
    return Audit(tmp_path, capsys)


def verdicts(lines: list[dict[str, Any]]) -> Counter[str]:
    return Counter(line["verdict"] for line in lines)


def test_it_gives_the_verdicts_of_inspect_within_its_budget_of_calls(
    aws: LocalAws, audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    repositories = 3
    stock_with_all(aws, repositories)
    stock(aws, "shop/twice", MAC_BUILD, MULTI_PLATFORM, PLAIN_AMD64)
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


def test_it_changes_nothing(aws: LocalAws, audit: Audit) -> None:
    stock(aws, "shop/api", MAC_BUILD)

    audit.lines()

    reading = {"Describe", "BatchGet", "GetDownload", "GetCaller"}
    assert all(any(call.operation.startswith(verb) for verb in reading) for call in aws.calls)


def test_an_image_with_several_tags_is_judged_once_and_its_marks_are_no_images(
    aws: LocalAws, audit: Audit
) -> None:
    stock(aws, "shop/api", MAC_BUILD)
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "2.0")
    push_layout(aws, "shop/api", layout_of(MAC_BUILD), "platform-guard.missing-platform.2.0.ab")
    push_layout(aws, "shop/api", layout_of(PLAIN_ARM64), "platform-guard.missing-platform.1.cd")

    (line,) = audit.lines()

    assert line["tags"] == ["2.0", MAC_BUILD]
    assert line["verdict"] == "missing-platform"


def test_repositories_are_chosen_by_name_and_by_pattern(aws: LocalAws, audit: Audit) -> None:
    for repository in ("shop/api", "shop/web", "team/app", "app"):
        stock(aws, repository, PLAIN_AMD64)

    def audited(*patterns: str) -> set[str]:
        return {line["reference"].split("/", 1)[1].split(":")[0] for line in audit.lines(*patterns)}

    assert audited() == {"shop/api", "shop/web", "team/app", "app"}
    assert audited("shop/*") == {"shop/api", "shop/web"}
    assert audited("app", "*/w?b") == {"app", "shop/web"}


def test_a_policy_that_differs_by_tag_is_followed(
    aws: LocalAws, audit: Audit, tmp_path: Path
) -> None:
    stock(aws, "shop/api", MAC_BUILD)
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


def test_several_regions_are_audited_in_one_go(aws: LocalAws, audit: Audit) -> None:
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
def test_it_fails_on_what_it_is_told_to_fail_on(
    aws: LocalAws, audit: Audit, fail_on: list[str], status: int
) -> None:
    stock(aws, "shop/api", MAC_BUILD, PLAIN_AMD64)

    assert audit(*(f"--fail-on={finding}" for finding in fail_on)) == status


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none"], "there is no repository none in account 123456789012 in eu-central-1"),
        (["--policy", "none.toml"], "none.toml: cannot be read"),
        (["--resume"], "there is no interrupted audit of this to resume"),
    ],
)
def test_a_mistake_is_told_in_one_line(audit: Audit, arguments: list[str], error: str) -> None:
    assert audit(*arguments) == 2
    (line,) = audit.errors.splitlines()
    assert error in line


def test_throttling_of_three_calls_in_ten_changes_no_verdict(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(aws, "shop/api", *(image.name for image in CASES[:24]))
    undisturbed = audit.lines()
    monkeypatch.setattr("cli.audit_registry.PERSISTENT", Config(retries=FAST_RETRIES))  # type: ignore[arg-type]
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    with throttled_ecr(every=(0, 3, 7), of=10) as throttled:
        lines = audit.lines()

    assert len(throttled) >= 3
    assert lines == undisturbed


def test_what_may_not_be_seen_is_named_and_the_rest_is_judged(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(aws, "shop/open", MAC_BUILD)
    stock(aws, "shop/secret", MAC_BUILD)
    for name, value in _credentials_for(aws, "repository/shop/open").items():
        monkeypatch.setenv(name, value)

    lines = audit.lines()

    assert [line["reference"].split("/", 1)[1] for line in lines] == [f"shop/open:{MAC_BUILD}"]
    assert "shop/secret: could not be seen: access is denied" in audit.errors
    assert audit("--fail-on=mislabeled") == 0
    assert audit("--fail-on=unseen") == 1


def test_a_config_that_may_not_be_fetched_leaves_its_image_unjudged(
    aws: LocalAws, audit: Audit
) -> None:
    stock(aws, "shop/api", PLAIN_AMD64, "oras-helm-chart-shape")

    def deny(operation: str, _: object) -> str | None:
        return "AccessDeniedException" if operation == "GetDownloadUrlForLayer" else None

    with before_each_ecr_call(deny):
        lines = audit.lines()

    assert verdicts(lines) == {"not-an-image": 1}
    assert "shop/api: 1 images could not be judged: its config could not be" in audit.errors


def test_a_repository_that_disappears_half_way_is_named(aws: LocalAws, audit: Audit) -> None:
    for repository in ("shop/api", "shop/web"):
        stock(aws, repository, MAC_BUILD)

    def delete(operation: str, params: dict[str, Any]) -> str | None:
        if operation == "BatchGetImage" and params["repositoryName"] == "shop/web":
            aws.client("ecr").delete_repository(repositoryName="shop/web", force=True)
        return None

    with before_each_ecr_call(delete):
        lines = audit.lines()

    assert [line["verdict"] for line in lines] == ["missing-platform"]
    assert "shop/web: could not be seen: it is gone" in audit.errors


def test_an_expired_page_token_begins_the_listing_anew_and_nothing_comes_twice(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(aws, "shop/api", MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, MULTI_PLATFORM)
    monkeypatch.setattr("platform_guard.aws.registry_listing.PAGE_SIZE", 1)
    tokens = 0

    def expire(operation: str, params: dict[str, Any]) -> str | None:
        nonlocal tokens
        if operation != "DescribeImages" or "nextToken" not in params:
            return None
        tokens += 1
        return "InvalidParameterException" if tokens == 2 else None

    with before_each_ecr_call(expire):
        lines = audit.lines()

    assert tokens > 2
    assert sorted(line["tags"][0] for line in lines) == sorted(
        [MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, MULTI_PLATFORM]
    )


def test_credentials_that_expire_end_it_and_what_was_found_is_kept(
    aws: LocalAws, audit: Audit
) -> None:
    stock(aws, "shop/api", MAC_BUILD)

    def expire(operation: str, _: object) -> str | None:
        return "ExpiredTokenException" if operation == "DescribeImages" else None

    with before_each_ecr_call(expire):
        assert audit() == 2

    assert "your AWS credentials are no longer accepted" in audit.errors
    assert len(audit.journals()) == 1


def test_an_interrupted_audit_goes_on_where_it_was(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.audit_run.run_audit.__defaults__", (1,))
    for repository in ("app/a", "app/b", "app/c"):
        stock(aws, repository, MAC_BUILD, PLAIN_AMD64)

    def interrupt(operation: str, params: dict[str, Any]) -> str | None:
        if operation == "DescribeImages" and params["repositoryName"] == "app/c":
            raise KeyboardInterrupt
        return None

    with before_each_ecr_call(interrupt):
        assert audit() == 130
    assert len(audit.journals()) == 1
    aws.calls.clear()

    lines = audit.lines("--resume")

    assert "goes on with an interrupted audit" in audit.errors
    described = [c.params["repositoryName"] for c in aws.calls if c.operation == "DescribeImages"]
    assert described == ["app/c"]
    assert verdicts(lines) == {"missing-platform": 3, "compliant": 3}
    assert audit.journals() == []


def _credentials_for(aws: LocalAws, resource: str) -> dict[str, str]:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )["Role"]
    statements = [
        {"Effect": "Allow", "Action": "ecr:DescribeRepositories", "Resource": "*"},
        {"Effect": "Allow", "Action": "ecr:*", "Resource": f"arn:aws:ecr:*:*:{resource}"},
    ]
    iam.put_role_policy(
        RoleName="reader",
        PolicyName="read",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )
    credentials = aws.assume_role(role["Arn"], "audit")
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
    }
