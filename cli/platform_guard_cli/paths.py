"""Paths in the repository that the command was installed from."""

from pathlib import Path

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]

IMAGES = REPOSITORY_ROOT / "local_aws" / "platform_guard_emulator" / "images"
"""OCI image layouts of real images, which the sample events refer to."""
