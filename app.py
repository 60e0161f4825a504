"""The CDK app: synthesizes guard.toml to CloudFormation templates in cdk.out/.

`GUARD_TOML` names a settings file other than the guard.toml next to this module. With
`GUARD_ANY_REGION` the app has one environment-agnostic stack instead of one per `[deploy] regions`.
"""

import gc
import os
import sys
from pathlib import Path

from platform_guard_cdk.cdk_process import prepare_cdk_process
from platform_guard_settings.guard_toml import GUARD_FILE, SettingsError, load_settings

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Synthesize the stacks, or exit with one line that explains the invalid setting."""
    guard_file = Path(os.environ.get("GUARD_TOML") or ROOT / GUARD_FILE)
    output = Path(os.environ.get("CDK_OUTDIR", ROOT / "cdk.out"))
    try:
        load_settings(guard_file)
        prepare_cdk_process()
        # The process is short-lived, and aws_cdk creates 100,000s of objects that stay alive.
        gc.disable()
        # Imported late: aws_cdk starts Node on import, which takes seconds.
        from platform_guard_cdk.synthesis import synthesize

        synthesize(guard_file, output, any_region="GUARD_ANY_REGION" in os.environ)
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
