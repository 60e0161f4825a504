"""`platform-guard inspect` by the policy of the image that it inspects."""

from pathlib import Path

import pytest

from platform_guard_cli.main import main
from platform_guard_emulator import LocalAws
from tests.support.faults import failing_ecr
from tests.support.known_images import layout_of
from tests.support.registry import PLAIN_ARM64, push

ARN = "arn:aws:ecr:eu-central-1:123456789012:repository/shop/api"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api"

RULES = """
[[repository]]
repository = "shop/*"
tag = "arm-*"
required_platforms = ["linux/arm64"]
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "guard.toml"
    path.write_text(RULES)
    return path


@pytest.fixture
def registry(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """A registry with an arm64 image under two tags, whose caller has credentials."""
    aws.client("ecr").create_repository(repositoryName="shop/api")
    for tag in ("arm-1.0", "1.0"):
        push(aws, PLAIN_ARM64, tag)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return aws


@pytest.mark.parametrize(
    ("name", "status"),
    [("shop/api:arm-2", 0), ("shop/api:2", 1), ("shop/api", 1), ("web:arm-2", 1)],
)
def test_a_layout_is_judged_by_the_rule_of_the_name_that_it_gets(
    policy: Path, name: str, status: int
) -> None:
    source = f"oci:{layout_of(PLAIN_ARM64)}"

    assert main(["inspect", source, "--as", name, "--policy", str(policy)]) == status
    assert main(["inspect", source, "--policy", str(policy)]) == 1


def test_a_name_that_is_none_is_one_line(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = f"oci:{layout_of(PLAIN_ARM64)}"

    assert main(["inspect", source, "--as", "Shop", "--policy", str(policy)]) == 2
    assert capsys.readouterr().err == (
        "platform-guard: inspect: --as: invalid image name 'Shop'; "
        "use REPO or REPO:TAG, such as shop/api:1.4.2\n"
    )


@pytest.mark.usefixtures("registry")
def test_an_image_in_ecr_is_judged_by_the_rule_of_its_own_name(policy: Path) -> None:
    assert main(["inspect", f"{IMAGE}:arm-1.0", "--policy", str(policy)]) == 0
    assert main(["inspect", f"{IMAGE}:1.0", "--policy", str(policy)]) == 1


def test_the_resource_tags_of_a_repository_in_ecr_count_where_teams_may_override(
    registry: LocalAws, policy: Path
) -> None:
    registry.client("ecr").tag_resource(
        resourceArn=ARN,
        tags=[{"Key": "platform-guard:required-platforms", "Value": "linux/arm64"}],
    )
    assert main(["inspect", f"{IMAGE}:1.0", "--policy", str(policy)]) == 1

    policy.write_text(f'[guard]\nrepository_overrides = ["required_platforms"]\n{RULES}')
    assert main(["inspect", f"{IMAGE}:1.0", "--policy", str(policy)]) == 0


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            "AccessDeniedException",
            1,
            "inspect: could not check whether the repository's resource tags override the policy "
            "(AccessDeniedException)",
        ),
        (
            "ThrottlingException",
            2,
            "inspect: cannot read the resource tags of shop/api for repository_overrides "
            "(ThrottlingException); try again",
        ),
    ],
)
def test_resource_tags_that_cannot_be_read_are_told(
    policy: Path,
    capsys: pytest.CaptureFixture[str],
    error: str,
    status: int,
    said: str,
) -> None:
    policy.write_text(f'[guard]\nrepository_overrides = ["required_platforms"]\n{RULES}')

    with failing_ecr("ListTagsForResource", error):
        assert main(["inspect", f"{IMAGE}:1.0", "--policy", str(policy)]) == status

    assert capsys.readouterr().err == f"platform-guard: {said}\n"


def test_a_platform_asked_for_is_required_of_all_policies(policy: Path) -> None:
    policy.write_text('[guard]\nplatform_rule = "any"\n')
    source = f"oci:{layout_of(PLAIN_ARM64)}"
    platforms = ["--platform", "linux/arm64", "--platform", "linux/amd64"]

    assert main(["inspect", source, *platforms, "--policy", str(policy)]) == 1
