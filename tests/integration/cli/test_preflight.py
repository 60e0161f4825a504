"""What `make deploy` says before it deploys: nothing, or the one thing to do first."""

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
    """Make a region ready: bootstrapped, and with the layer that AWS publishes."""
    for name, value in ((BOOTSTRAP_PARAMETER, version), (LAYER_PARAMETER, "arn:aws:lambda:layer")):
        # Not through the API, which lets nobody but AWS write below /aws.
        parameter = Parameter(  # type: ignore[abstract]
            aws.account, name, value, "String", None, None, None, aws.clock(), 1, "text"
        )
        ssm_backends[aws.account][region]._parameters[name].append(parameter)


def refusal(*regions: str) -> str:
    with pytest.raises(UsageError) as caught:
        check_deployment(regions, OperatorClients)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_regions_of_the_settings_are_looked_at(aws: LocalAws) -> None:
    prepare(aws)
    prepare(aws, "us-east-1")

    found = check_deployment((REGION, "us-east-1"), OperatorClients)

    assert (found.account, found.regions, found.unchecked) == (
        aws.account,
        (REGION, "us-east-1"),
        (),
    )


def test_without_regions_that_of_the_environment_counts(aws: LocalAws) -> None:
    prepare(aws)

    assert check_deployment((), OperatorClients).regions == (aws.region,)


def test_without_credentials_it_says_how_to_have_some(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    prepare(aws)

    assert refusal(REGION) == "no AWS credentials: set AWS_PROFILE, or run aws configure"


def test_a_profile_that_does_not_exist_is_named(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_PROFILE", "prod")

    assert refusal(REGION) == "The config profile (prod) could not be found"


def test_without_any_region_it_says_where_to_write_one(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")

    assert refusal() == (
        'no region: write regions = ["eu-central-1"] under [deploy] in guard.toml, '
        "or set AWS_REGION"
    )


def test_a_slip_in_the_region_of_the_environment_is_named(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_REGION", "eu-centrall-1")

    assert refusal() == (
        "region of your AWS credentials: invalid AWS Region 'eu-centrall-1'; "
        "use a Region code such as eu-central-1"
    )


def test_the_region_is_the_one_that_the_cdk_deploys_to(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws, "us-east-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert refusal().startswith("eu-west-1 is not bootstrapped for the CDK")


@pytest.mark.usefixtures("aws")
def test_a_region_that_does_not_answer_is_named() -> None:
    class Unreachable(OperatorClients):
        def _client(self, service: str) -> object:
            raise EndpointConnectionError(endpoint_url=f"https://{service}.eu-north-9.aws")

    with pytest.raises(UsageError) as caught:
        check_deployment(("eu-north-9",), Unreachable)

    assert str(caught.value) == (
        "Could not reach AWS STS in eu-north-9 (EndpointConnectionError). Check network or proxy, "
        "and the region in [deploy] regions of guard.toml or AWS_REGION"
    )


@pytest.mark.usefixtures("aws")
def test_regions_of_another_partition_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        check_deployment(("cn-north-1",), lambda _: OperatorClients(REGION))

    assert str(caught.value) == (
        "cn-north-1 is in partition aws-cn, but your credentials are in aws: use credentials of an "
        "account there, or change [deploy] regions"
    )


def test_a_region_that_is_not_bootstrapped_is_named_with_the_command(aws: LocalAws) -> None:
    prepare(aws)

    assert refusal(REGION, "us-east-1") == (
        "us-east-1 is not bootstrapped for the CDK: "
        f"run make bootstrap ENVIRONMENT=aws://{aws.account}/us-east-1"
    )


def test_a_bootstrap_too_old_is_named_with_the_command(aws: LocalAws) -> None:
    prepare(aws, version="5")

    assert refusal(REGION) == (
        "eu-central-1 was bootstrapped by an old CDK (version 5, needs 6): "
        f"run make bootstrap ENVIRONMENT=aws://{aws.account}/eu-central-1"
    )


def test_a_region_without_the_layer_is_named(aws: LocalAws) -> None:
    aws.client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value="30", Type="String")

    assert refusal(REGION) == (
        f"eu-central-1 has no {LAYER_PARAMETER}, the layer that the functions need: "
        "leave the region out of [deploy] regions"
    )


def test_where_the_code_brings_powertools_no_layer_is_looked_for(aws: LocalAws) -> None:
    class InGovCloud(OperatorClients):
        """Credentials of an account there, which the emulator does not give."""

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


def test_there_the_region_has_to_stand_in_the_settings(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(aws)
    monkeypatch.setenv("AWS_REGION", "us-gov-west-1")

    assert refusal() == (
        "AWS publishes no layer with Powertools in us-gov-west-1: write "
        'regions = ["us-gov-west-1"] under [deploy] in guard.toml, and the code brings it'
    )


@pytest.mark.usefixtures("aws")
def test_who_may_not_look_is_told_what_was_not_checked_and_goes_on() -> None:
    class Restricted(OperatorClients):
        def _client(self, service: str) -> object:
            if service == "ssm":
                error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
                raise ClientError(error, "GetParameters")  # type: ignore[arg-type]
            return super()._client(service)

    assert check_deployment((REGION,), Restricted).unchecked == (
        "eu-central-1: could not check the CDK bootstrap (AccessDeniedException)",
    )


def test_a_mistake_in_the_settings_comes_first_and_in_one_line(
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


def test_where_all_is_ready_it_says_where_it_deploys_to(
    aws: LocalAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(aws)
    guard_file = tmp_path / "guard.toml"
    guard_file.touch()

    status = main(["preflight", "--settings", str(guard_file)])

    assert status == 0
    assert capsys.readouterr() == (f"Account {aws.account}, {REGION}: ready to deploy\n", "")
