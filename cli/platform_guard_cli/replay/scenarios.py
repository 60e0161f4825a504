"""The push scenarios of the demo, each with a real image."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayoutPush:
    """A push of an image layout by its name in `IMAGES`, and the tag it is pushed under."""

    layout: str
    tag: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One push or more to a repository of a team."""

    title: str
    command: str
    """The command that a person typed."""
    repository: str
    pushes: tuple[LayoutPush, ...]


SCENARIOS = (
    Scenario(
        "A developer on an Apple silicon Mac builds and pushes an image",
        "docker build -t $REPOSITORY:1.4.2 . && docker push $REPOSITORY:1.4.2",
        "shop/api",
        (LayoutPush("docker26c8d-build-push-arm64", "1.4.2"),),
    ),
    Scenario(
        "The same without Docker's containerd image store: a plain arm64 manifest",
        "docker build -t $REPOSITORY:2.0.0 . && docker push $REPOSITORY:2.0.0",
        "shop/worker",
        (LayoutPush("docker26classic-build-push-arm64", "2.0.0"),),
    ),
    Scenario(
        "A build server pushes an amd64 image",
        "docker build -t $REPOSITORY:3.1.0 . && docker push $REPOSITORY:3.1.0",
        "shop/web",
        (LayoutPush("docker26classic-build-push-default", "3.1.0"),),
    ),
    Scenario(
        "A multi-platform image: the child manifests are pushed before the index",
        "docker buildx build --platform linux/amd64,linux/arm64 -t $REPOSITORY:0.9.0 --push .",
        "shop/gateway",
        (LayoutPush("bk0.25-multi-default", "0.9.0"),),
    ),
    Scenario(
        "An amd64 build from a base image that exists only for arm64",
        "docker buildx build -t $REPOSITORY:7 --push .",
        "shop/batch",
        (LayoutPush("bk0.25-single-arm64-base-default-target", "7"),),
    ),
    Scenario(
        "A Helm chart",
        "helm push shop-1.4.2.tgz oci://$REGISTRY/charts",
        "charts/shop",
        (LayoutPush("oras-helm-chart-shape", "1.4.2"),),
    ),
    Scenario(
        "A build cache",
        "docker buildx build --cache-to type=registry,ref=$REPOSITORY:buildcache .",
        "shop/api",
        (LayoutPush("bk0.32-cache-registry-default", "buildcache"),),
    ),
    Scenario(
        "A bad push that its author fixes before the guard evaluates it",
        "docker push $REPOSITORY:2.0.1  # seconds later the amd64 build, with the same tag",
        "shop/worker",
        (
            LayoutPush("docker26classic-build-push-arm64", "2.0.1"),
            LayoutPush("docker26classic-build-push-default", "2.0.1"),
        ),
    ),
)
