"""From settings to CloudFormation templates."""

from pathlib import Path

import aws_cdk as cdk

from platform_guard_cdk.guard_stack import GuardStack
from platform_guard_settings.guard_toml import load_settings


def build_app(guard_file: Path, output: Path, *, any_region: bool = False) -> cdk.App:
    """Build the app: a stack for each region of the settings, to be written into `output`.

    Without regions, or with `any_region`, it is one stack for the region of the credentials.
    Raises SettingsError.
    """
    regions = () if any_region else load_settings(guard_file).deploy.regions
    app = cdk.App(outdir=str(output), analytics_reporting=False, tree_metadata=False)
    for region in regions or (None,):
        GuardStack(app, guard_file=guard_file, region=region)
    return app


def synthesize(guard_file: Path, output: Path, *, any_region: bool = False) -> None:
    """Write the cloud assembly, templates and assets, into the folder `output`.

    Needs no network, no credentials and no Docker. Raises SettingsError.
    """
    build_app(guard_file, output, any_region=any_region).synth()
