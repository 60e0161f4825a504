"""Audits with throttling, denied calls, concurrent changes and interruptions."""

import json
from typing import Any

import pytest
from botocore.config import Config

from platform_guard_emulator import LocalAws
from tests.support.audit_command import Audit, verdicts
from tests.support.faults import FAST_RETRIES, before_each_call, throttled_ecr
from tests.support.filled_registry import CASES, fill_repository
from tests.support.registry import MAC_BUILD, MULTI_PLATFORM, PLAIN_AMD64, PLAIN_ARM64


def test_throttling_does_not_change_verdicts(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", *(image.name for image in CASES[:24]))
    unthrottled = audit.lines()
    monkeypatch.setattr(
        "platform_guard_cli.audit.registry.BULK",
        Config(retries=FAST_RETRIES),  # type: ignore[arg-type]
    )
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    with throttled_ecr(every=(0, 3, 7), of=10) as throttled:
        lines = audit.lines()

    assert len(throttled) >= 3
    assert lines == unthrottled


def test_a_denied_repository_is_reported_and_the_others_are_evaluated(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/open", MAC_BUILD)
    fill_repository(aws, "shop/secret", MAC_BUILD)
    for name, value in _credentials_for(aws, "repository/shop/open").items():
        monkeypatch.setenv(name, value)

    lines = audit.lines()

    assert [line["reference"].split("/", 1)[1] for line in lines] == [f"shop/open:{MAC_BUILD}"]
    assert "shop/secret: could not be read: access denied" in audit.errors
    assert audit("--fail-on=mislabeled") == 0
    assert audit("--fail-on=unseen") == 1


def test_an_image_whose_config_is_denied_is_not_evaluated(aws: LocalAws, audit: Audit) -> None:
    fill_repository(aws, "shop/api", PLAIN_AMD64, "oras-helm-chart-shape")

    def deny(operation: str, _: object) -> str | None:
        return "AccessDeniedException" if operation == "GetDownloadUrlForLayer" else None

    with before_each_call(deny):
        lines = audit.lines()

    assert verdicts(lines) == {"not-an-image": 1}
    assert "shop/api: 1 image could not be read: its config could not be" in audit.errors


def test_a_repository_deleted_during_the_audit_is_reported(aws: LocalAws, audit: Audit) -> None:
    for repository in ("shop/api", "shop/web"):
        fill_repository(aws, repository, MAC_BUILD)

    def delete(operation: str, params: dict[str, Any]) -> str | None:
        if operation == "BatchGetImage" and params["repositoryName"] == "shop/web":
            aws.client("ecr").delete_repository(repositoryName="shop/web", force=True)
        return None

    with before_each_call(delete):
        lines = audit.lines()

    assert [line["verdict"] for line in lines] == ["missing-platform"]
    assert "shop/web: could not be read: the repository no longer exists" in audit.errors


def test_an_expired_page_token_restarts_the_listing_without_duplicates(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, MULTI_PLATFORM)
    monkeypatch.setattr("platform_guard.registry.listing.PAGE_SIZE", 1)
    tokens = 0

    def expire(operation: str, params: dict[str, Any]) -> str | None:
        nonlocal tokens
        if operation != "DescribeImages" or "nextToken" not in params:
            return None
        tokens += 1
        return "InvalidParameterException" if tokens == 2 else None

    with before_each_call(expire):
        lines = audit.lines()

    assert tokens > 2
    assert sorted(line["tags"][0] for line in lines) == sorted(
        [MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, MULTI_PLATFORM]
    )


def test_expired_credentials_end_the_audit_and_the_journal_is_kept(
    aws: LocalAws, audit: Audit
) -> None:
    fill_repository(aws, "shop/api", MAC_BUILD)

    def expire(operation: str, _: object) -> str | None:
        return "ExpiredTokenException" if operation == "DescribeImages" else None

    with before_each_call(expire):
        assert audit() == 2

    assert "AWS rejects your credentials" in audit.errors
    assert len(audit.journals()) == 1


def test_an_interrupted_audit_resumes_with_the_unfinished_repositories(
    aws: LocalAws, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform_guard_cli.audit.workers.run_audit.__defaults__", (1,))
    for repository in ("app/a", "app/b", "app/c"):
        fill_repository(aws, repository, MAC_BUILD, PLAIN_AMD64)

    def interrupt(operation: str, params: dict[str, Any]) -> str | None:
        if operation == "DescribeImages" and params["repositoryName"] == "app/c":
            raise KeyboardInterrupt
        return None

    with before_each_call(interrupt):
        assert audit() == 130
    assert len(audit.journals()) == 1
    aws.calls.clear()

    lines = audit.lines("--resume")

    assert "resuming the audit started 0 s ago" in audit.errors
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
