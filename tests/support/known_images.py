"""The real images in tests/data/images and the emulator, with their expected verdicts."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

FOLDERS = (ROOT / "tests/data/images", ROOT / "local_aws/platform_guard_emulator/images")


@dataclass(frozen=True, slots=True)
class KnownImage:
    """A layout on disk and the verdict for each required platform."""

    name: str
    layout: Path
    digest: str
    kind: str
    platforms: tuple[str, ...]
    verdicts: tuple[tuple[str, str], ...]


def known_images() -> tuple[KnownImage, ...]:
    cases = json.loads((FOLDERS[0] / "cases.json").read_text(encoding="utf-8"))
    return tuple(
        KnownImage(
            name=case["case"],
            layout=layout_of(case["case"]),
            digest=case["digest"],
            kind=case["kind"],
            platforms=tuple(case["platforms"]),
            verdicts=tuple(case["verdict"].items()),
        )
        for case in cases
    )


def layout_of(name: str) -> Path:
    return next(folder / name for folder in FOLDERS if (folder / name).is_dir())
