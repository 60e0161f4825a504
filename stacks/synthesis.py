"""From settings to CloudFormation templates."""

from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk

from platform_guard.settings import Settings
from stacks.asset import stage_code
from stacks.guard_stack import GuardStack


def synthesize(settings: Settings, guard_file: Path, output: Path) -> None:
    """Write the cloud assembly, templates and assets, into the folder `output`.

    `settings` are what `guard_file` says. Needs no network, no credentials and no Docker.
    """
    app = cdk.App(outdir=str(output), analytics_reporting=False, tree_metadata=False)
    with TemporaryDirectory() as folder:
        stage_code(guard_file, Path(folder))
        GuardStack(app, settings=settings, code_folder=Path(folder))
        app.synth()
