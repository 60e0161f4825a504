"""Paths of repository files that tests read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SHIPPED_GUARD_TOML = ROOT / "guard.toml"

EVENTS = ROOT / "events"

KNOWN_PULL_ERRORS = ROOT / "tests/unit/data/pull-errors.json"
