"""Texts that people read, kept as files and compared to the letter."""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "unit/golden"


def golden(name: str) -> str:
    """Give the text that is expected."""
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
