"""Snapshots of the templates. `python -m tests.infrastructure.snapshots` rewrites them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from platform_guard_cdk.cdk_process import prepare_cdk_process
from tests.infrastructure.readable import readable
from tests.infrastructure.settings import HARDENED
from tests.infrastructure.template import Synthesis

FOLDER = Path(__file__).parent / "snapshots"

SETTINGS = {"default": "", "hardened": HARDENED}
"""The guard.toml text of each snapshot, by file name."""


def main() -> None:
    """Synthesize the templates and write every snapshot."""
    prepare_cdk_process()
    from platform_guard_cdk.synthesis import synthesize

    FOLDER.mkdir(exist_ok=True)
    for name, guard_toml in SETTINGS.items():
        with TemporaryDirectory() as folder:
            guard_file = Path(folder) / "guard.toml"
            guard_file.write_text(guard_toml, encoding="utf-8")
            synthesize(guard_file, Path(folder) / "cdk.out")
            text = readable(Synthesis(Path(folder) / "cdk.out").template.content)
            (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
