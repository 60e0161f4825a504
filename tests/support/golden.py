"""Golden files: expected texts, compared exactly."""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "unit/golden"


def golden(name: str) -> str:
    """Return the expected text."""
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
