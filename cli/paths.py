"""Where things are in the repository that the command was installed from."""

from pathlib import Path

REPOSITORY_ROOT = Path(__file__).resolve().parent.parent

IMAGES = REPOSITORY_ROOT / "local_aws" / "images"
"""OCI image layouts of real images; the sample events name them."""
