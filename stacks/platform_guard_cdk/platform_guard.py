"""The guard as a construct, for this repository's app and for anyone else's."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import CfnResource
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from platform_guard_cdk.amazon_q import AmazonQChannel
from platform_guard_cdk.asset import stage_code, stage_powertools
from platform_guard_cdk.dashboard import Dashboard
from platform_guard_cdk.functions.alert_dispatch import AlertDispatch
from platform_guard_cdk.functions.pull_diagnosis import PullDiagnosis
from platform_guard_cdk.functions.push_guard import PushGuard
from platform_guard_cdk.functions.slack import SlackNotifications
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.functions.sweep import Sweep
from platform_guard_cdk.naming import METADATA_KEY
from platform_guard_cdk.shared.resources import create_shared
from platform_guard_cdk.shared.runtime import brings_powertools
from platform_guard_settings.guard_toml import load_settings


class PlatformGuard(Construct):
    """All that the guard consists of in one account and region.

    Only one per account and region: two would evaluate each push twice.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        guard_file: Path,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        """Build what a settings file asks for. Raises SettingsError with what to change in it.

        `[deploy] regions` of the file is for the app that builds the stacks and is not used here.
        With `encryption_key` that key encrypts all that is stored, and none is made. If the key
        was not made in the same app, its policy has to admit what stacks/encryption.py lists.
        """
        super().__init__(scope, construct_id)
        settings = load_settings(guard_file)
        # The app's assembly has a copy of the code as soon as it is an asset.
        with TemporaryDirectory() as folder:
            stage_code(settings, Path(folder))
            if brings_powertools(self):
                stage_powertools(Path(folder))
            shared = create_shared(self, settings, Path(folder), encryption_key)
            push_guard = PushGuard(self, "PushGuard", shared=shared)
            pull_diagnosis = PullDiagnosis(self, "PullDiagnosis", shared=shared)
            alert_dispatch = AlertDispatch(self, "AlertDispatch", shared=shared)
            alert_dispatch.take_alerts_from(push_guard)
            push_guard.check_policy_size(
                "the remedies of the [[repository]] rules",
                "write fewer patterns, such as one with * for several repositories",
            )
            others: list[SqsFunction] = []
            if settings.sweep.enabled:
                others.append(Sweep(self, "Sweep", shared=shared, push_guard=push_guard))
            if settings.alerts.slack:
                SlackNotifications(self, "Slack", shared=shared, channels=settings.alerts.slack)
        if settings.alerts.amazon_q is not None:
            AmazonQChannel(self, "AmazonQ", shared=shared, channel=settings.alerts.amazon_q)
        Dashboard(
            self,
            "Dashboard",
            shared=shared,
            push_guard=push_guard,
            pull_diagnosis=pull_diagnosis,
            alert_dispatch=alert_dispatch,
            others=others,
        )
        _note_what_is_deployed(push_guard.function, guard_file)
        self.topic: sns.ITopic = shared.alerts.topic
        """Where alerts and alarms are published; subscribe to it what else should hear of them."""
        self.policies = settings.policies
        self.schedule_group = push_guard.grace.group if push_guard.grace else None
        """What ends grace periods; None if no image waits for anything."""


def _note_what_is_deployed(function: lambda_.Function, guard_file: Path) -> None:
    """Write into the template what platform-guard doctor compares with."""
    resource = function.node.default_child
    if not isinstance(resource, CfnResource):
        raise TypeError("a function of the CDK is made of one resource")
    resource.add_metadata(
        METADATA_KEY,
        {
            "Version": version("ecr-platform-guard"),
            "SettingsSha256": sha256(guard_file.read_bytes()).hexdigest(),
        },
    )
