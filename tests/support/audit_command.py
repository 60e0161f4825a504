"""Runs `platform-guard audit` and parses its output."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from platform_guard_cli.main import main


class Audit:
    """Runs the command; `errors` is the standard error of the last run."""

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
        """Run the audit and return its JSON lines."""
        file = self.folder / "audit.jsonl"
        assert self("--format", "jsonl", "--output", str(file), *arguments) == 0
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def journals(self) -> list[Path]:
        return list((self.folder / "cache" / "ecr-platform-guard").glob("*"))


def verdicts(lines: list[dict[str, Any]]) -> Counter[str]:
    return Counter(line["verdict"] for line in lines)
