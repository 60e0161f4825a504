"""The scenes of the demo: who pushes which real image."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """A push: a layout in `local_aws/images`, and the tag it gets."""

    layout: str
    tag: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that happens in a team's repository."""

    title: str
    command: str
    """What the person typed."""
    repository: str
    deliveries: tuple[Delivery, ...]


SCENARIOS = (
    Scenario(
        "A developer on an Apple Silicon Mac builds and pushes",
        "docker build -t $REPOSITORY:1.4.2 . && docker push $REPOSITORY:1.4.2",
        "shop/api",
        (Delivery("docker26c8d-build-push-arm64", "1.4.2"),),
    ),
    Scenario(
        "The same on a Docker without the containerd image store: a plain arm64 manifest",
        "docker build -t $REPOSITORY:2.0.0 . && docker push $REPOSITORY:2.0.0",
        "shop/worker",
        (Delivery("docker26classic-build-push-arm64", "2.0.0"),),
    ),
    Scenario(
        "A build server pushes a good amd64 image",
        "docker build -t $REPOSITORY:3.1.0 . && docker push $REPOSITORY:3.1.0",
        "shop/web",
        (Delivery("docker26classic-build-push-default", "3.1.0"),),
    ),
    Scenario(
        "A good multi-platform image, whose children arrive first",
        "docker buildx build --platform linux/amd64,linux/arm64 -t $REPOSITORY:0.9.0 --push .",
        "shop/gateway",
        (Delivery("bk0.25-multi-default", "0.9.0"),),
    ),
    Scenario(
        "An amd64 build on a base image that exists for arm64 only",
        "docker buildx build -t $REPOSITORY:7 --push .",
        "shop/batch",
        (Delivery("bk0.25-single-arm64-base-default-target", "7"),),
    ),
    Scenario(
        "A Helm chart",
        "helm push shop-1.4.2.tgz oci://$REGISTRY/charts",
        "charts/shop",
        (Delivery("oras-helm-chart-shape", "1.4.2"),),
    ),
    Scenario(
        "A build cache",
        "docker buildx build --cache-to type=registry,ref=$REPOSITORY:buildcache .",
        "shop/api",
        (Delivery("bk0.32-cache-registry-default", "buildcache"),),
    ),
    Scenario(
        "A bad push that its author repairs before anybody has looked",
        "docker push $REPOSITORY:2.0.1, and seconds later the amd64 build under the same tag",
        "shop/worker",
        (
            Delivery("docker26classic-build-push-arm64", "2.0.1"),
            Delivery("docker26classic-build-push-default", "2.0.1"),
        ),
    ),
)
