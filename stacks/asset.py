"""The code of the functions, as a folder that becomes one archive."""

import shutil
from pathlib import Path

from platform_guard.settings import GUARD_FILE

_HERE = Path(__file__).resolve().parent
_LAMBDAS = next(
    # A wheel has them within this package, where no other package's name can clash with theirs.
    folder
    for folder in (_HERE / "lambdas", _HERE.parent / "lambdas")
    if folder.is_dir()
)


def stage_code(guard_file: Path, folder: Path) -> None:
    """Copy what runs in AWS into `folder`: `lambdas/` and, as guard.toml, the settings.

    Byte-code stays behind, another interpreter runs in AWS, and so do hidden files.
    """
    shutil.copytree(
        _LAMBDAS,
        folder,
        copy_function=_copy_readable,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"),
        dirs_exist_ok=True,
    )
    _copy_readable(guard_file, folder / GUARD_FILE)


def _copy_readable(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    # Lambda runs as another user than the files' owner, and some people's umask is 077.
    Path(target).chmod(0o644)
