"""The guard as a CDK construct, for this repository's app and for other apps."""

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
from platform_guard_cdk.shared.runtime import bundles_powertools
from platform_guard_settings.guard_toml import load_settings


class PlatformGuard(Construct):
    """The complete guard for one account and region.

    Deploy only one per account and region: two would evaluate each push twice.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        guard_file: Path,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        """Create the resources that `guard_file` asks for. Raise SettingsError if it is invalid.

        `[deploy] regions` is ignored: it belongs to the app that creates the stacks.
        `encryption_key` encrypts everything at rest, and no key is created. If the key is imported
        into the app, its policy must already allow what `shared/encryption.py` grants.
        """
        super().__init__(scope, construct_id)
        settings = load_settings(guard_file)
        # The CDK copies the asset while the construct is created, so the folder can go afterwards.
        with TemporaryDirectory() as folder:
            stage_code(settings, Path(folder))
            if bundles_powertools(self):
                stage_powertools(Path(folder))
            shared = create_shared(self, settings, Path(folder), encryption_key)
            push_guard = PushGuard(self, "PushGuard", shared=shared)
            pull_diagnosis = PullDiagnosis(self, "PullDiagnosis", shared=shared)
            alert_dispatch = AlertDispatch(self, "AlertDispatch", shared=shared)
            alert_dispatch.accept_alerts_from(push_guard)
            push_guard.check_policy_size(
                "the remedies of the [[repository]] rules",
                "use fewer patterns, such as one with * for several repositories",
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
        _add_metadata(push_guard.function, guard_file)
        self.topic: sns.ITopic = shared.alerts.topic
        """The topic for alerts and alarms. Add your own subscriptions to it."""
        self.policies = settings.policies
        self.schedule_group = push_guard.grace.group if push_guard.grace else None
        """The schedules that end grace periods; None without a destructive remedy."""


def _add_metadata(function: lambda_.Function, guard_file: Path) -> None:
    """Add the metadata that platform-guard doctor compares with the local settings."""
    resource = function.node.default_child
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{function.node.path} has no CloudFormation resource as its default child")
    resource.add_metadata(
        METADATA_KEY,
        {
            "Version": version("ecr-platform-guard"),
            "SettingsSha256": sha256(guard_file.read_bytes()).hexdigest(),
        },
    )
