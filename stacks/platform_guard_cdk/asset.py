"""The code of the functions, as a folder that becomes one archive."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from platform_guard.settings import SETTINGS_FILE, Settings
from platform_guard_settings.compiled import compile_settings

# Lambda runs as another user than the owner of the files, and some umasks are 077.
_READABLE = 0o644

_HERE = Path(__file__).resolve().parent
_LAMBDAS = next(
    # A wheel has them within this package, where no other package's name can clash with theirs.
    folder
    for folder in (_HERE / "lambdas", _HERE.parents[1] / "lambdas")
    if folder.is_dir()
)


def stage_code(settings: Settings, folder: Path) -> None:
    """Copy `lambdas/` into `folder` and write the compiled settings next to it.

    Leaves out bytecode, which another interpreter would not use, and hidden files.
    """
    _copy_code(_LAMBDAS, folder)
    compiled = folder / SETTINGS_FILE
    compiled.write_text(compile_settings(settings), encoding="utf-8")
    compiled.chmod(_READABLE)


def stage_powertools(folder: Path) -> None:
    """Copy the installed Powertools and the dependencies that Lambda lacks.

    Both are Python alone, so that they run on every machine.
    """
    _copy_code(_place_of("aws_lambda_powertools").parent, folder / "aws_lambda_powertools")
    typing_extensions = _place_of("typing_extensions")
    _copy_readable(typing_extensions, folder / typing_extensions.name)


def _place_of(module: str) -> Path:
    found = find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{module} is not installed")
    return Path(found.origin)


def _copy_code(source: Path, target: Path) -> None:
    shutil.copytree(
        source,
        target,
        copy_function=_copy_readable,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"),
        dirs_exist_ok=True,
    )


def _copy_readable(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(_READABLE)
