"""`platform-guard preflight`, which `make deploy` runs first."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.ssm.models import Parameter, ssm_backends

from platform_guard_cdk.versions import BOOTSTRAP_PARAMETER, LAYER_PARAMETER
from platform_guard_cli.doctor.preflight import check_deployment
from platform_guard_cli.errors import UsageError
from platform_guard_cli.main import main
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_emulator import LocalAws

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def prepare(aws: LocalAws, region: str = REGION, *, version: str = "30") -> None:
    """Create the bootstrap and layer parameters in a region."""
    for name, value in ((BOOTSTRAP_PARAMETER, version), (LAYER_PARAMETER, "arn:aws:lambda:layer")):
        # Not through the API: only AWS may write parameters below /aws.
        parameter = Parameter(  # type: ignore[abstract]
            aws.account, name, value, "String", None, None, None, aws.clock(), 1, "text"
        )
        ssm_backends[aws.account][region]._parameters[name].append(parameter)


def preflight_error(*regions: str) -> str:
    with pytest.raises(UsageError) as caught:
        check_deployment(regions, OperatorClients)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_regions_in_the_settings_are_checked(aws: LocalAws) -> None:
    prepare(aws)
    prepare(aws, "us-east-1")

    found = check_deployment((REGION, "us-east-1"), OperatorClients)

    assert (found.account, found.regions, found.unchecked) == (
        aws.account,
        (REGION, "us-east-1"),
        (),
    )


def test_the_region_of_the_environment_is_the_default(aws: LocalAws) -> None:
    prepare(aws)

    assert check_deployment((), OperatorClients).regions == (aws.region,)


def test_missing_credentials_are_reported(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    prepare(aws)

    assert preflight_error(REGION) == "no AWS credentials: set AWS_PROFILE, or run aws configure"


def test_a_missing_profile_is_reported(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_PROFILE", "prod")

    assert preflight_error(REGION) == "The config profile (prod) could not be found"


def test_a_missing_region_is_reported(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(aws)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")

    assert preflight_error() == (
        'no region: write regions = ["eu-central-1"] under [deploy] in guard.toml, '
        "or set AWS_REGION"
    )


def test_an_invalid_region_in_the_environment_is_reported(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_REGION", "eu-centrall-1")

    assert preflight_error() == (
        "region of your AWS credentials: invalid AWS Region 'eu-centrall-1'; "
        "use a Region code such as eu-central-1"
    )


def test_aws_region_has_precedence_as_in_the_cdk(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws, "us-east-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert preflight_error().startswith("eu-west-1 is not bootstrapped for the CDK")


@pytest.mark.usefixtures("aws")
def test_an_unreachable_region_is_reported() -> None:
    class Unreachable(OperatorClients):
        def _client(self, service: str) -> object:
            raise EndpointConnectionError(endpoint_url=f"https://{service}.eu-north-9.aws")

    with pytest.raises(UsageError) as caught:
        check_deployment(("eu-north-9",), Unreachable)

    assert str(caught.value) == (
        "Could not reach AWS STS in eu-north-9 (EndpointConnectionError). Check network or proxy, "
        "and the region in [deploy] regions of guard.toml or AWS_REGION."
    )


@pytest.mark.usefixtures("aws")
def test_a_region_in_another_partition_is_rejected() -> None:
    with pytest.raises(UsageError) as caught:
        check_deployment(("cn-north-1",), lambda _: OperatorClients(REGION))

    assert str(caught.value) == (
        "cn-north-1 is in partition aws-cn, but your credentials are for aws. Use credentials of "
        "an account in aws-cn, or change [deploy] regions."
    )


def test_a_region_without_bootstrap_is_reported_with_the_command(aws: LocalAws) -> None:
    prepare(aws)

    assert preflight_error(REGION, "us-east-1") == (
        "us-east-1 is not bootstrapped for the CDK. "
        f"Run make bootstrap ENVIRONMENT=aws://{aws.account}/us-east-1"
    )


def test_an_old_bootstrap_is_reported_with_the_command(aws: LocalAws) -> None:
    prepare(aws, version="5")

    assert preflight_error(REGION) == (
        "The CDK bootstrap of eu-central-1 is too old (version 5, required: 6). "
        f"Run make bootstrap ENVIRONMENT=aws://{aws.account}/eu-central-1"
    )


def test_a_region_without_the_layer_is_reported(aws: LocalAws) -> None:
    aws.client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value="30", Type="String")

    assert preflight_error(REGION) == (
        f"eu-central-1 does not have {LAYER_PARAMETER}, the layer that the functions need. "
        "Remove the region from [deploy] regions."
    )


def test_the_layer_is_not_required_where_powertools_is_bundled(aws: LocalAws) -> None:
    class InGovCloud(OperatorClients):
        """Credentials for GovCloud, which the emulator does not issue."""

        @property
        def sts(self) -> Any:
            return self

        def get_caller_identity(self) -> dict[str, str]:
            return {"Account": aws.account, "Arn": f"arn:aws-us-gov:iam::{aws.account}:user/me"}

    OperatorClients("us-gov-west-1").ssm.put_parameter(
        Name=BOOTSTRAP_PARAMETER, Value="30", Type="String"
    )

    found = check_deployment(("us-gov-west-1",), InGovCloud)

    assert (found.regions, found.unchecked) == (("us-gov-west-1",), ())


def test_a_region_without_a_published_layer_must_be_in_the_settings(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_REGION", "us-gov-west-1")

    assert preflight_error() == (
        "AWS does not publish the Powertools layer in us-gov-west-1. Set "
        'regions = ["us-gov-west-1"] under [deploy] in guard.toml to bundle Powertools instead.'
    )


@pytest.mark.usefixtures("aws")
def test_a_denied_check_is_reported_and_does_not_fail() -> None:
    class Restricted(OperatorClients):
        def _client(self, service: str) -> object:
            if service == "ssm":
                error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
                raise ClientError(error, "GetParameters")  # type: ignore[arg-type]
            return super()._client(service)

    assert check_deployment((REGION,), Restricted).unchecked == (
        "eu-central-1: Could not check the CDK bootstrap (AccessDeniedException).",
    )


def test_invalid_settings_are_reported_first_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guard_file = tmp_path / "guard.toml"
    guard_file.write_text('[deploy]\nregions = ["eu-centrall-1"]\n')

    status = main(["preflight", "--settings", str(guard_file)])

    assert status == 2
    assert capsys.readouterr() == (
        "",
        "platform-guard: guard.toml: [deploy] regions: invalid AWS Region 'eu-centrall-1'; "
        "use a Region code such as eu-central-1\n",
    )


def test_a_passed_preflight_prints_account_and_regions(
    aws: LocalAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(aws)
    guard_file = tmp_path / "guard.toml"
    guard_file.touch()

    status = main(["preflight", "--settings", str(guard_file)])

    assert status == 0
    assert capsys.readouterr() == (f"Ready to deploy to account {aws.account}: {REGION}\n", "")
