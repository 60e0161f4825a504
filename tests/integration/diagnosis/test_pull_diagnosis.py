"""Tasks that stop in the emulator, explained by the deployed function."""

import pytest

from platform_guard_emulator import Deployment, LocalAws
from tests.support.ecs import (
    EXECUTION_ROLE,
    IMAGE_LOOKUPS,
    MAC_BUILD,
    MULTI_PLATFORM,
    RECORD_ALERT,
    RECORD_INCIDENT,
    Shop,
    alerts_about_stops,
    deliver,
    last_stop_alert,
    operations,
)
from tests.support.stop_events import IMAGE, MISMATCH, NO_LOGIN, NOT_FOUND, stop_event


@pytest.mark.parametrize("launch_type", ["FARGATE", "EC2"])
def test_a_mismatch_is_explained_by_the_contents_of_the_image(
    aws: LocalAws, guard: Deployment, shop: Shop, launch_type: str
) -> None:
    digest = shop.push(MAC_BUILD)

    outcomes = deliver(aws, guard, stop_event(definition=shop.define(), launch_type=launch_type))

    assert outcomes == ["alerted"]
    (alert,) = alerts_about_stops(guard)
    assert alert.subject == "api: shop/api:1.4.2 is not for linux/amd64 (platform-mismatch)"
    assert "shop/api:1.4.2 holds linux/arm64" in alert.texts["email"]
    assert digest in alert.texts["email"]
    assert "marked by this guard: platform-guard.missing-platform" in alert.texts["email"]
    assert (
        "docker buildx build --platform linux/amd64 --provenance=false --sbom=false "
        f"-t {IMAGE}" in alert.texts["email"]
    )
    assert "--cluster shop --service api --force-new-deployment" in alert.texts["email"]


def test_a_task_on_arm64_requires_an_image_for_arm64(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    shop.push("docker26classic-build-push-default")
    definition = shop.define(architecture="ARM64")

    deliver(
        aws,
        guard,
        stop_event(
            definition=definition, architecture="arm64", text=MISMATCH.replace("amd64", "arm64")
        ),
    )

    assert last_stop_alert(guard)["summary"] == (
        "shop/api:1.4.2 holds linux/amd64, but the task runs on linux/arm64."
    )


def test_an_image_is_read_in_its_own_region(aws: LocalAws, guard: Deployment, shop: Shop) -> None:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/api:1.4.2"
    digest = shop.push(MAC_BUILD, region="us-east-1")

    deliver(aws, guard, stop_event(definition=shop.define(image), image=image))

    assert digest in alerts_about_stops(guard)[0].texts["email"]


def test_an_alert_about_a_missing_tag_lists_similar_tags(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    shop.push(MULTI_PLATFORM, tag="1.4.1")

    deliver(aws, guard, stop_event(definition=shop.define(), text=NOT_FOUND))

    assert operations(aws) == [
        *RECORD_INCIDENT,
        "DescribeTaskDefinition",
        "DescribeImages",
        "DescribeImages",
        "Query",
        "DescribeRepositories",
        "DescribePullThroughCacheRules",
        "DescribeServices",
        *RECORD_ALERT,
    ]
    (alert,) = alerts_about_stops(guard)
    assert alert.attributes["code"] == "image-not-found"
    assert "there is 1.4.1, pushed " in alert.texts["email"]


def test_a_missing_repository_is_reported(aws: LocalAws, guard: Deployment, shop: Shop) -> None:
    deliver(aws, guard, stop_event(definition=shop.define(), text=NOT_FOUND))

    assert operations(aws) == [
        *RECORD_INCIDENT,
        "DescribeTaskDefinition",
        "DescribeImages",
        "Query",
        "DescribeRepositories",
        "DescribePullThroughCacheRules",
        "DescribeServices",
        *RECORD_ALERT,
    ]
    assert "shop/api" in str(last_stop_alert(guard)["summary"])


def test_an_archived_image_is_distinguished_from_a_missing_one(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    digest = shop.push("docker26classic-build-push-default")
    aws.client("ecr").update_image_storage_class(
        repositoryName="shop/api", imageId={"imageDigest": digest}, targetStorageClass="ARCHIVE"
    )

    deliver(aws, guard, stop_event(definition=shop.define(), text=NOT_FOUND))

    assert f"archived: {digest}" in alerts_about_stops(guard)[0].texts["email"]
    assert "BatchGetImage" not in operations(aws)


DENIED = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve "
    f"ref {IMAGE}: pulling from host failed with status code [manifests 1.4.2]: 403 Forbidden"
)
DISK_FULL = "CannotPullContainerError: failed to register layer: write /a: no space left on device"
CANCELED = "CannotPullContainerError: context canceled"
RATE_LIMITED = "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit."
NO_NAME = (
    "CannotPullContainerError: Get https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/: "
    "dial tcp: lookup 123456789012.dkr.ecr.eu-central-1.amazonaws.com: no such host"
)
UNREACHABLE = (
    "CannotPullContainerError: Get https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/: "
    "dial tcp 10.0.1.7:443: i/o timeout"
)
NETWORK_LOOKUPS = (
    "DescribeServices",
    "DescribeSubnets",
    "DescribeRouteTables",
    "DescribeVpcEndpoints",
    "DescribeNetworkInterfaces",
)


COSTS = (
    ("platform-mismatch", MISMATCH, IMAGE_LOOKUPS),
    ("image-not-found", NOT_FOUND, IMAGE_LOOKUPS),
    (
        "access-denied",
        DENIED,
        (
            "DescribeTaskDefinition",
            "DescribeRepositories",
            "DescribePullThroughCacheRules",
            "DescribeServices",
        ),
    ),
    ("disk-full", DISK_FULL, ("DescribeTaskDefinition", "DescribeServices")),
    ("rate-limited", RATE_LIMITED, ("DescribeTaskDefinition", "DescribeServices")),
    ("network-dns", NO_NAME, NETWORK_LOOKUPS),
    ("registry-auth", NO_LOGIN, ("DescribeTaskDefinition", *NETWORK_LOOKUPS)),
    ("network-registry", UNREACHABLE, NETWORK_LOOKUPS),
    ("canceled", CANCELED, NETWORK_LOOKUPS),
)


@pytest.mark.parametrize(
    ("cause", "text", "lookups"), [pytest.param(*row, id=row[0]) for row in COSTS]
)
def test_a_cause_makes_only_its_required_lookups(
    aws: LocalAws,
    guard: Deployment,
    shop: Shop,
    cause: str,
    text: str,
    lookups: tuple[str, ...],
) -> None:
    shop.push(MAC_BUILD)
    definition, subnet = shop.define(), shop.private_subnet()
    shop.serve(definition, subnet)

    deliver(aws, guard, stop_event(definition=definition, text=text, subnet=subnet))

    assert [alert.attributes["code"] for alert in alerts_about_stops(guard)] == [cause]
    assert operations(aws) == [*RECORD_INCIDENT, *lookups, *RECORD_ALERT]


def test_the_alert_names_the_subnet_of_the_task(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    definition, subnet = shop.define(), shop.private_subnet()
    shop.serve(definition, subnet)

    deliver(aws, guard, stop_event(definition=definition, text=NO_NAME, subnet=subnet))

    assert subnet in alerts_about_stops(guard)[0].texts["email"]


def test_the_alert_names_the_role_that_pulls(aws: LocalAws, guard: Deployment, shop: Shop) -> None:
    shop.push(MAC_BUILD)

    deliver(aws, guard, stop_event(definition=shop.define(), text=DENIED))

    assert EXECUTION_ROLE.rpartition("/")[2] in alerts_about_stops(guard)[0].texts["email"]


def test_a_task_definition_is_described_once_per_process(
    aws: LocalAws, guard: Deployment, shop: Shop
) -> None:
    definition = shop.define()

    deliver(aws, guard, stop_event(1, definition=definition, service="api"))
    deliver(aws, guard, stop_event(2, definition=definition, service="worker"))

    assert len(alerts_about_stops(guard)) == 2
    assert "DescribeTaskDefinition" not in operations(aws)


@pytest.mark.parametrize(
    "text",
    [
        "ResourceInitializationError: failed to configure ENI: timeout",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: AccessDeniedException",
        "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)",
    ],
)
def test_a_task_that_failed_for_another_reason_causes_no_call_and_no_alert(
    aws: LocalAws, guard: Deployment, shop: Shop, text: str
) -> None:
    outcomes = deliver(aws, guard, stop_event(definition=shop.define(), text=text))

    assert outcomes == ["ignored"]
    assert operations(aws) == []
    assert alerts_about_stops(guard) == []
