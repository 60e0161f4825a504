"""Facts in the text of pull errors."""

import pytest

from platform_guard.diagnosis.pull_error.classifier import classify

ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:5de487da52320ad9978f3a7a4f6700910342956c7dcb3b6f955222b4cccbd600"
FARGATE = "image Manifest does not contain descriptor matching platform"


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        (f"{FARGATE} 'linux/amd64'", "linux/amd64"),
        (f"{FARGATE} 'linux/arm64/v8'", "linux/arm64"),
        (f"{FARGATE} 'linux/arm64 v8'", "linux/arm64"),
        (f"{FARGATE} \u2018linux/arm64/v8\u2019", "linux/arm64"),
        (f"{FARGATE} 'linux/arm6", None),
        ("failed to find a descriptor for platform {linux/amd64}", "linux/amd64"),
        ("failed to find a descriptor for platform {0xc0004a5a40 0xc0004a5a60}", None),
        ("no matching manifest for linux/arm/v7 in the manifest list entries", "linux/arm/v7"),
        ("no matching manifest for windows/amd64 10.0.17763 in the manifest", "windows/amd64"),
        ("no matching manifest for unknown in the manifest list entries", None),
        ("the specified platform: wanted linux/x86_64, actual: linux/arm64", "linux/amd64"),
        ('in image index for architecture "arm64", variant "v8", OS "linux"', "linux/arm64"),
        ("no child with platform linux/amd64 in index registry/app:1", "linux/amd64"),
        ("no match for platform in manifest sha256:b9: not found", None),
    ],
)
def test_the_required_platform_is_normalized(text: str, platform: str | None) -> None:
    assert classify(text).platform == platform


@pytest.mark.parametrize(
    ("text", "image"),
    [
        (f"failed to resolve ref {ECR}/app:1@{DIGEST}: not found", f"{ECR}/app:1@{DIGEST}"),
        (
            'failed to resolve ref "docker.io/library/nginx:latest": x',
            "docker.io/library/nginx:latest",
        ),
        (f"failed to resolve ref\n  {ECR}/rag-nginx:latest: not found.", f"{ECR}/rag-nginx:latest"),
        ("failed to resolve ref ...@sha256:<digest>: not found", None),
        (
            "manifest for 127.0.0.1:5000/busybox:1 not found: manifest unknown",
            "127.0.0.1:5000/busybox:1",
        ),
        ("pull access denied for some/nonsense, repository does not exist", "some/nonsense"),
        (f"The task cannot pull {ECR}/a:2 from the registry {ECR}/a:2. There is", f"{ECR}/a:2"),
        ("The task cannot pull secrets from the store", None),
        (
            f"failed to do request: Get {ECR}/a:2: dial tcp 52.219.41.3:443: i/o timeout",
            f"{ECR}/a:2",
        ),
        (f"Get REDACTED ECR URL related to {ECR}/myapp", f"{ECR}/myapp"),
        (f"repository {ECR}/team/app not found", f"{ECR}/team/app"),
        (
            f"layer media type for the source image {ECR}/fn:latest is not supported.",
            f"{ECR}/fn:latest",
        ),
        (
            'failed to pull and unpack image "quay.io/argoproj/argocd:v2.2.1": x',
            "quay.io/argoproj/argocd:v2.2.1",
        ),
        (f"({ECR}/app:1) is gone", f"{ECR}/app:1"),
        (f'Head "https://{ECR}/v2/app/manifests/1": dial tcp 10.0.3.17:443: i/o timeout', None),
        (f"failed to resolve ref {ECR}/app:43cc50f60f87e9", None),
        (f"failed to resolve ref {ECR}/app:43cc50f...", None),
    ],
)
def test_the_image_is_the_reference_as_written_and_whole(text: str, image: str | None) -> None:
    assert classify(text).image == image


@pytest.mark.parametrize(
    ("text", "registry"),
    [
        (f"failed to resolve ref {ECR}/app:1: not found", ECR),
        ("manifest for 127.0.0.1:5000/busybox:1 not found", "127.0.0.1:5000"),
        ("manifest for localhost/busybox:1 not found", "localhost"),
        ("pull access denied for some/nonsense, repository does not exist", None),
        ('Get "https://registry-1.docker.io/v2/": EOF', "registry-1.docker.io"),
        (f"lookup {ECR} on 10.0.0.2:53: no such host", ECR),
        (f"API error (404): repository {ECR}/<repo>/<image> not found", ECR),
        ('Post "https://api.ecr.us-east-1.amazonaws.com/": i/o timeout', None),
    ],
)
def test_the_registry_is_the_host_of_the_image_or_of_the_request(
    text: str, registry: str | None
) -> None:
    assert classify(text).registry == registry


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dial tcp 10.0.3.17:443: i/o timeout", "10.0.3.17:443"),
        ("dial tcp [2600:1f18::1]:443: i/o timeout", "[2600:1f18::1]:443"),
        ("read tcp 10.0.1.5:44444->52.216.1.1:443: read: connection reset", "52.216.1.1:443"),
        ("dial tcp <ECR-IP>:443: i/o timeout", None),
        ("dial tcp: lookup registry-1.docker.io: no such host", None),
        ("dial tcp 10.0.3.17:44", None),
    ],
)
def test_the_address_is_the_one_dialed(text: str, address: str | None) -> None:
    assert classify(text).address == address


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (
            "User: arn:aws:sts::111122223333:assumed-role/Exec/xyz is not authorized to perform: "
            "ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:repository/app",
            "arn:aws:sts::111122223333:assumed-role/Exec/xyz",
        ),
        ("Check if image exists and role 'Exec' has permissions to pull images", "Exec"),
        ("Check that the role has the permissions to pull images", None),
        ("User: arn:aws:sts::111122223333:assumed-role/Exe", None),
    ],
)
def test_the_role_is_the_one_denied(text: str, role: str | None) -> None:
    assert classify(text).role == role


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (f"failed to resolve ref {ECR}/app:1@{DIGEST}: not found", DIGEST),
        (f"no match for platform in manifest {DIGEST}: not found", DIGEST),
        (f"content at https://{ECR}/v2/app/manifests/{DIGEST} not found: not found", DIGEST),
        (f"failed to extract layer {DIGEST}: unexpected EOF", None),
        (f"{ECR}/app@{DIGEST[:-1]}", None),
    ],
)
def test_the_digest_is_the_complete_digest_of_the_image(text: str, digest: str | None) -> None:
    assert classify(text).digest == digest
