"""The output and exit status of `platform-guard policy`."""

import json
import shlex
from pathlib import Path

import pytest

from platform_guard_cli.main import main
from tests.support.golden import golden

GUARD_TOML = """
[guard]
grace = "24h"
repository_overrides = ["required_platforms", "remedy"]

[remedies]
missing-platform = "quarantine"

[[repository]]
repository = "lambda/*"
index_rule = "forbid"
remedies.index-only = "delete"

[[repository]]
repository = "ml/*"
tag = "dev-*"
required_platforms = ["linux/amd64", "windows(10.0.20348)/amd64"]
platform_rule = "any"
remedies.missing-platform = "alert"

[[repository]]
repository = "ml/base"
verify_config = false

[[repository]]
repository = "mirror/*"
ignore = true
"""


@pytest.fixture
def guard_toml(tmp_path: Path) -> Path:
    path = tmp_path / "guard.toml"
    path.write_text(GUARD_TOML, encoding="utf-8")
    return path


class Command:
    def __init__(self, capsys: pytest.CaptureFixture[str], guard_toml: Path) -> None:
        self._capsys = capsys
        self._guard_toml = guard_toml

    def __call__(self, arguments: str) -> str:
        """Return the output of a successful call."""
        assert main(self._line(arguments)) == 0
        return self._capsys.readouterr().out

    def error(self, arguments: str) -> str:
        """Return the one error line of a failed call."""
        assert main(self._line(arguments)) == 2
        printed = self._capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        return printed.err

    def _line(self, arguments: str) -> list[str]:
        return ["policy", *shlex.split(arguments.replace("FILE", str(self._guard_toml)))]


@pytest.fixture
def policy(capsys: pytest.CaptureFixture[str], guard_toml: Path) -> Command:
    return Command(capsys, guard_toml)


def test_all_policies_are_shown_in_order_without_an_image(policy: Command) -> None:
    assert policy("--policy FILE") == golden("policy/all")


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("shop/api", "one-default"),
        ("lambda/resize:1.4.2", "one-rule"),
        ("ml/base:1.0", "one-with-other-tags"),
        ("mirror/nginx", "one-ignored"),
    ],
)
def test_the_policy_for_an_image_is_shown_with_the_origin_of_each_value(
    policy: Command, image: str, name: str
) -> None:
    assert policy(f"{image} --policy FILE") == golden(f"policy/{name}")


def test_the_shipped_file_is_shown_by_default(policy: Command) -> None:
    assert policy("") == golden("policy/shipped")


def test_a_full_reference_is_accepted_as_an_image(policy: Command) -> None:
    reference = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/lambda/resize:1.4.2"

    assert policy(f"{reference} --policy FILE") == policy("lambda/resize:1.4.2 --policy FILE")


def test_a_repository_named_check_needs_a_colon(policy: Command) -> None:
    assert policy("check: --policy FILE").startswith("check:latest: no rule matches")
    assert policy("check:1.0 --policy FILE").startswith("check:1.0: no rule matches")


def test_the_policy_for_an_image_as_json(policy: Command) -> None:
    shown = json.loads(policy("ml/base:dev-1 --json --policy FILE"))

    assert (shown["repository"], shown["tag"]) == ("ml/base", "dev-1")
    assert shown["rule"] == {"number": 2, "pattern": "ml/*:dev-*"}
    assert shown["other_rules"] == [{"number": 3, "pattern": "ml/base"}]
    assert shown["settings"][0] == {
        "setting": "required_platforms",
        "value": ["linux/amd64", "windows(10.0.20348)/amd64"],
        "origin": 'rule 2 "ml/*:dev-*"',
    }
    assert {"setting": "grace", "value": "24h", "origin": "guard.toml [guard]"} in shown["settings"]
    assert (shown["refused_tags"], shown["cache_prefix"], shown["not_checked"]) == ([], None, [])


def test_all_policies_as_json(policy: Command) -> None:
    shown = json.loads(policy("--json --policy FILE"))

    assert [(rule["number"], rule["repository"], rule["tag"]) for rule in shown["rules"]] == [
        (1, "lambda/*", "*"),
        (2, "ml/*", "dev-*"),
        (3, "ml/base", "*"),
        (4, "mirror/*", "*"),
    ]
    stated = [item["setting"] for item in shown["rules"][0]["settings"] if item["stated"]]
    assert stated == ["index_rule", "remedies.index-only"]
    assert {"setting": "ignore", "value": False, "stated": False} in shown["default"]
    assert shown["repository_overrides"] == ["remedy", "required_platforms"]
    assert shown["strongest_remedy"] == "delete"


@pytest.mark.parametrize("arguments", ["check FILE", "check --policy FILE"])
def test_a_valid_file_passes_the_check(policy: Command, arguments: str, guard_toml: Path) -> None:
    assert policy(arguments) == f"{guard_toml}: valid, with 4 repository rules\n"


def test_the_shipped_file_is_checked_by_default(policy: Command) -> None:
    assert policy("check") == "guard.toml: valid, with one policy for all images\n"


@pytest.mark.parametrize("arguments", ["check FILE", "--policy FILE", "shop/api --policy FILE"])
def test_an_invalid_file_is_reported_in_one_line_with_the_place(
    policy: Command, arguments: str, guard_toml: Path
) -> None:
    guard_toml.write_text('[[repository]]\nrepository = "ml/*"\nremedies.index-only = "burn"\n')

    assert policy.error(arguments) == (
        'platform-guard: guard.toml: [[repository]] number 1 ("ml/*") remedies.index-only: '
        "'burn' is not allowed; use one of alert, tag, quarantine, archive, delete\n"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            "Shop/api",
            "policy: invalid image name 'Shop/api'; use REPO or REPO:TAG, such as shop/api:1.4.2",
        ),
        ("shop/api guard.toml", "policy: unexpected argument guard.toml; use policy REPO:TAG "),
        ("check FILE --policy FILE", "policy: check accepts one file; use policy check FILE"),
        ("check --json", "policy: check reads only the file; omit --live and --json"),
        ("check no-such-file.toml", "no-such-file.toml: cannot be read"),
    ],
)
def test_invalid_usage_is_reported_in_one_line(policy: Command, arguments: str, line: str) -> None:
    assert policy.error(arguments).startswith(f"platform-guard: {line}")
