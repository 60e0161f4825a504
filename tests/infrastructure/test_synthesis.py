"""Synthesis is repeatable, stages the code, and reports invalid settings in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]

from platform_guard_settings.compiled import compile_settings
from platform_guard_settings.guard_toml import load_settings
from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.settings import EVERYTHING, HARDENED
from tests.infrastructure.template import Synthesis, Template
from tests.infrastructure.test_policy_size import with_quarantine_rules
from tests.support.paths import ROOT

REGIONS = ("eu-central-1", "us-east-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1")
"""Regions of three partitions."""


def run_app(guard_file: Path, output: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CDK_", "JSII_"))
    }
    return subprocess.run(  # noqa: S603 - runs this repository's own app
        [sys.executable, ROOT / "app.py"],
        env=environment
        # No PATH: the app must not depend on a Node that the machine has.
        | {"GUARD_TOML": str(guard_file), "CDK_OUTDIR": str(output), "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_app_synthesizes_without_credentials_or_a_node_of_the_machine(
    default: Synthesis, tmp_path: Path
) -> None:
    finished = run_app(ROOT / "guard.toml", tmp_path)

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert Synthesis(tmp_path).template_file.read_bytes() == default.template_file.read_bytes()


def test_changed_settings_change_the_asset(synthesize: Synthesize, default: Synthesis) -> None:
    changed = synthesize('[remedies]\nindex-only = "alert"\n')

    assert changed.code_folder().name != default.code_folder().name


def test_the_asset_contains_entry_points_library_and_compiled_settings(default: Synthesis) -> None:
    code = default.code_folder()

    for file in (ROOT / "lambdas").rglob("*.py"):
        assert (code / file.relative_to(ROOT / "lambdas")).read_bytes() == file.read_bytes()
    assert (code / "push_guard.py").is_file()
    assert (code / "pull_diagnosis.py").is_file()
    compiled = compile_settings(load_settings(ROOT / "guard.toml"))
    assert (code / "settings.json").read_text(encoding="utf-8") == compiled


def test_the_asset_contains_nothing_that_depends_on_the_machine(default: Synthesis) -> None:
    files = [file for file in default.code_folder().rglob("*") if file.is_file()]

    assert {file.suffix for file in files} == {".py", ".json"}
    assert not [file for file in files if "__pycache__" in file.parts]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}


@pytest.mark.parametrize(
    ("guard_toml", "message"),
    [
        pytest.param(
            '[guard]\nindex_rule = "forbit"\n',
            "guard.toml: [guard] index_rule: 'forbit' is not allowed; "
            "use one of allow, multi-platform, forbid\n",
            id="wrong value",
        ),
        pytest.param(
            None,
            "{path}: cannot be read (No such file or directory); "
            "create the settings file there (an empty file means the defaults)\n",
            id="no file",
        ),
    ],
)
def test_bad_settings_end_the_app_with_one_line(
    guard_toml: str | None, message: str, tmp_path: Path
) -> None:
    guard_file = tmp_path / "guard.toml"
    if guard_toml is not None:
        guard_file.write_text(guard_toml, encoding="utf-8")

    finished = run_app(guard_file, tmp_path / "cdk.out")

    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == message.format(path=guard_file)
    assert not (tmp_path / "cdk.out").exists()


def test_settings_beyond_the_policy_limit_of_iam_end_the_app_with_one_line(tmp_path: Path) -> None:
    guard_file = tmp_path / "guard.toml"
    guard_file.write_text(with_quarantine_rules(150), encoding="utf-8")

    finished = run_app(guard_file, tmp_path / "cdk.out")

    assert finished.returncode == 1
    assert finished.stderr.startswith("guard.toml: the remedies of the [[repository]] rules need")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("guard_toml", "regions"),
    [
        pytest.param("", REGIONS, id="default"),
        pytest.param(HARDENED, REGIONS, id="hardened"),
        # China and GovCloud have no Amazon Q.
        pytest.param(EVERYTHING, REGIONS[:3], id="everything"),
    ],
)
def test_cfn_lint_reports_nothing(
    guard_toml: str, regions: tuple[str, ...], synthesize: Synthesize
) -> None:
    template = synthesize(guard_toml).template

    # W3005: the CDK adds a DependsOn that the GetAtt already implies.
    findings = lint(
        json.dumps(template.content),
        config=ManualArgs(regions=list(regions), ignore_checks=["W3005"]),
    )

    assert findings == []


def test_the_template_has_no_custom_resources(template: Template) -> None:
    kinds = {resource["Type"] for resource in template.content["Resources"].values()}

    assert not [kind for kind in kinds if kind.startswith(("Custom::", "AWS::CDK::"))]
    assert "AWS::CloudFormation::CustomResource" not in kinds
