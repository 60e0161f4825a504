"""Stages the code of the Lambda functions in a folder, which becomes one asset."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from platform_guard.settings import SETTINGS_FILE, Settings
from platform_guard_settings.compiled import compile_settings

# Lambda reads the files as another user, and a umask of 077 would hide them from it.
_READABLE = 0o644

_HERE = Path(__file__).resolve().parent
_LAMBDAS = next(
    # A wheel ships the code inside this package, so its module names cannot clash with others.
    folder
    for folder in (_HERE / "lambdas", _HERE.parents[1] / "lambdas")
    if folder.is_dir()
)


def stage_code(settings: Settings, folder: Path) -> None:
    """Copy `lambdas/` into `folder` and write the compiled settings next to it.

    Bytecode and hidden files are left out: they depend on the machine.
    """
    _copy_code(_LAMBDAS, folder)
    compiled = folder / SETTINGS_FILE
    compiled.write_text(compile_settings(settings), encoding="utf-8")
    compiled.chmod(_READABLE)


def stage_powertools(folder: Path) -> None:
    """Copy the installed Powertools and its dependencies that the Lambda runtime lacks.

    Both are pure Python, so they run on every architecture.
    """
    _copy_code(_origin_of("aws_lambda_powertools").parent, folder / "aws_lambda_powertools")
    typing_extensions = _origin_of("typing_extensions")
    _copy_readable(typing_extensions, folder / typing_extensions.name)


def _origin_of(module: str) -> Path:
    found = find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{module} is not installed. Install the project's dependencies.")
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
