"""The CDK app: guard.toml in, CloudFormation templates in cdk.out/ out.

`GUARD_TOML` names another settings file than the guard.toml next to this one. With
`GUARD_ANY_REGION` one stack that fits every region takes the place of those that `[deploy] regions`
asks for.
"""

import gc
import os
import sys
from pathlib import Path

from platform_guard_cdk.cdk_process import prepare_cdk_process
from platform_guard_settings.guard_toml import GUARD_FILE, SettingsError, load_settings

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Synthesize the stacks, or end with one line that says what is wrong in the settings."""
    guard_file = Path(os.environ.get("GUARD_TOML") or ROOT / GUARD_FILE)
    output = Path(os.environ.get("CDK_OUTDIR", ROOT / "cdk.out"))
    try:
        load_settings(guard_file)
        prepare_cdk_process()
        # This process ends soon, and aws_cdk makes objects by the hundred thousand that all stay.
        gc.disable()
        # Not at the top: aws_cdk starts Node when it is imported, and takes seconds to do it.
        from platform_guard_cdk.synthesis import synthesize

        synthesize(guard_file, output, any_region="GUARD_ANY_REGION" in os.environ)
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
