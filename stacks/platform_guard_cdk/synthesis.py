"""Synthesizes CloudFormation templates from a settings file."""

from pathlib import Path

import aws_cdk as cdk

from platform_guard_cdk.guard_stack import GuardStack
from platform_guard_settings.guard_toml import load_settings


def build_app(guard_file: Path, output: Path, *, any_region: bool = False) -> cdk.App:
    """Return the CDK app with one stack per region in the settings. Raise SettingsError if invalid.

    Without regions, or with `any_region`, it has one stack for the region of the credentials.
    """
    regions = () if any_region else load_settings(guard_file).deploy.regions
    app = cdk.App(outdir=str(output), analytics_reporting=False, tree_metadata=False)
    for region in regions or (None,):
        GuardStack(app, guard_file=guard_file, region=region)
    return app


def synthesize(guard_file: Path, output: Path, *, any_region: bool = False) -> None:
    """Write the cloud assembly (templates and assets) to `output`. Raise SettingsError if invalid.

    Needs no network, credentials or Docker.
    """
    build_app(guard_file, output, any_region=any_region).synth()
