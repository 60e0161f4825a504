"""Wordings of errors about the registry and its network path."""

import pytest

from platform_guard.diagnosis.pull_error.classifier import Cause, classify
from tests.support.wordings import COPY, DAEMON, DIGEST, ECR, RETRIEVAL, error_case

DENIED = [
    error_case(
        "CannotPullContainerError: The task can\u2019t pull the image. Check that the role has the "
        "permissions to pull images from the registry. Error response from daemon: pull access "
        f"denied for {ECR}/my_image, repository does not exist or may require 'docker login': "
        "denied: User: arn:aws:sts::111122223333:assumed-role/Broken/xyz is not authorized to "
        "perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:repository/x "
        "because no identity-based policy allows the ecr:BatchGetImage action",
        Cause.ACCESS_DENIED,
        "EC2 agent error_messages_test.go",
    ),
    error_case(
        "CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::111122223333:"
        "assumed-role/exec/304803f7 is not authorized to perform: ecr:GetAuthorizationToken on "
        "resource: * status code: 400, ",
        Cause.ACCESS_DENIED,
        "EC2 agent, report",
    ),
    error_case(
        f"{DAEMON}pull access denied for {ECR}/app, repository does not exist or may require "
        "'docker login': denied: User: arn:aws:sts::111122223333:assumed-role/i/i-01 is not "
        "authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:"
        "repository/app with an explicit deny in a resource-based policy",
        Cause.ACCESS_DENIED,
        "IAM",
    ),
    error_case(
        f"{COPY}httpReadSeeker: failed open: unexpected status code https://prod-us-east-1-starport"
        "-layer-bucket.s3.us-east-1.amazonaws.com/d1d1/9s9s?X-Amz-Security-Token=x: 403 Forbidden",
        Cause.ACCESS_DENIED,
        "containerd fetcher, S3 endpoint policy",
    ),
    error_case(
        "failed to resolve reference public.ecr.aws/lambda/provided:al2023: unexpected status from "
        "HEAD request to https://public.ecr.aws/v2/lambda/provided/manifests/al2023: 403 Forbidden",
        Cause.ACCESS_DENIED,
        "aws-lambda-base-images#220",
    ),
    error_case(
        "CannotPullContainerError: Check if image exists and role 'Broken' has permissions to pull "
        "images from Amazon ECR. Error response from daemon: pull access denied for some/nonsense, "
        "repository does not exist or may require 'docker login': denied: requested access to the "
        "resource is denied",
        Cause.IMAGE_NOT_FOUND,
        "EC2 agent before 1.84",
    ),
    error_case(
        "API error (500): Get https://registry-1.docker.io/v2/library/amazonlinux/manifests/1: "
        "unauthorized: incorrect username or password",
        Cause.REGISTRY_AUTH,
        "EC2 agent error_messages_test.go",
    ),
    error_case(
        "pull access denied, repository does not exist or may require authorization: authorization "
        "failed: no basic auth credentials",
        Cause.REGISTRY_AUTH,
        "containerd authorizer",
    ),
    error_case(
        "denied: Your authorization token has expired. Reauthenticate and try again.",
        Cause.REGISTRY_AUTH,
        "ECR",
    ),
    error_case(
        "CannotPullContainerAuthError: engine docker private registry credentials: not found",
        Cause.REGISTRY_AUTH,
        "EC2 agent docker_task_engine.go",
    ),
    error_case(
        "CannotPullECRContainerError: UnrecognizedClientException: The security token included in "
        "the request is invalid.",
        Cause.REGISTRY_AUTH,
        "AWS STS",
    ),
    error_case(
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
        "to https://ghcr.io/token?scope=repository%3Ax%3Apull&service=ghcr.io: 401 Unauthorized",
        Cause.REGISTRY_AUTH,
        "containerd remotes/docker/auth",
    ),
    error_case(
        f"{RETRIEVAL}unable to retrieve ecr registry auth: service call has been retried 3 time(s):"
        ' RequestError: send request failed caused by: Post "https://api.ecr.eu-west-3.amazonaws.'
        'com/": dial tcp 35.180.245.30:443: i/o timeout. Please check your task network '
        "configuration.",
        Cause.REGISTRY_AUTH,
        "Fargate 1.4 before 2024",
    ),
    error_case(
        f"{RETRIEVAL}unable to get registry auth from asm: service call has been retried 5 time(s):"
        " asm fetching secret from the service for reg: RequestError",
        Cause.REGISTRY_AUTH,
        "Fargate 1.4, private registry",
    ),
    error_case(
        f"{COPY}httpReaderSeeker: failed open: unexpected status code https://registry-1.docker.io/"
        f"v2/mmphego/frontend/manifests/{DIGEST}: 429 Too Many Requests - Server message: "
        "toomanyrequests: You have reached your pull rate limit.",
        Cause.RATE_LIMITED,
        "containerd fetcher",
    ),
    error_case("toomanyrequests: Rate exceeded", Cause.RATE_LIMITED, "ECR Public"),
    error_case(
        f"{RETRIEVAL}unable to retrieve ecr registry auth: service call has been retried 1 time(s):"
        " AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/2 is not "
        "authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based "
        "policy allows the ecr:GetAuthorizationToken action status code: 400",
        Cause.ACCESS_DENIED,
        "Fargate 1.4, execution role without its policy",
    ),
    error_case(
        f"{RETRIEVAL}unable to get registry auth from asm: service call has been retried 1 time(s):"
        " asm fetching secret from the service for reg: AccessDeniedException: User: arn:aws:sts::"
        "111122223333:assumed-role/exec/2 is not authorized to perform: "
        "secretsmanager:GetSecretValue",
        Cause.REGISTRY_AUTH,
        "Fargate 1.4, private registry",
    ),
    error_case(
        f"{RETRIEVAL}unable to retrieve ecr registry auth: service call has been retried 3 time(s):"
        " ThrottlingException: Rate exceeded status code: 400",
        Cause.RATE_LIMITED,
        "Fargate 1.4, GetAuthorizationToken",
    ),
    error_case(
        "CannotPullContainerAuthError: engine docker auth data: not usable",
        Cause.REGISTRY_AUTH,
        "EC2 agent, other suffix",
    ),
    error_case(
        "You have reached your unauthenticated pull rate limit. https://www.docker.com/",
        Cause.RATE_LIMITED,
        "Docker Hub in 2025",
    ),
]

MISSING = [
    error_case("CannotPullContainerError: manifest not found", Cause.IMAGE_NOT_FOUND, "report"),
    error_case(
        f"STOPPED (CannotPullContainerError: inspect image has been retried 1 time(s): failed to "
        f'resolve ref "{ECR}/dev:latest": {ECR}/dev:latest: not found)',
        Cause.IMAGE_NOT_FOUND,
        "Fargate 1.4 in 2021",
    ),
    error_case(
        f"repository {ECR}/market not found: name unknown: The repository with name 'market' does "
        "not exist in the registry with id '111122223333'",
        Cause.IMAGE_NOT_FOUND,
        "ECR",
    ),
    error_case(
        "failed to copy: httpReadSeeker: failed open: content at https://ghcr.io/v2/k/b/manifests/"
        f"{DIGEST} not found: not found",
        Cause.IMAGE_NOT_FOUND,
        "containerd fetcher",
    ),
    error_case(
        f"failed to copy: httpReadSeeker: failed open: could not fetch content descriptor {DIGEST} "
        "(application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found",
        Cause.IMAGE_NOT_FOUND,
        "containerd fetcher",
    ),
    error_case(
        "error pulling image configuration: download failed after attempts=1: unknown blob",
        Cause.IMAGE_NOT_FOUND,
        "moby, distribution BLOB_UNKNOWN",
    ),
]

NETWORK = [
    error_case(
        f'{DAEMON}Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: '
        "no such host",
        Cause.NETWORK_DNS,
        "Go net",
    ),
    error_case(
        f'CannotPullContainerError: failed to resolve ref {ECR}/a:1: failed to do request: Head "'
        f'https://{ECR}/v2/a/manifests/1": dial tcp: lookup {ECR} on 10.0.0.2:53: read udp '
        "10.0.1.9:44:53->10.0.0.2:53: i/o timeout",
        Cause.NETWORK_DNS,
        "Go net",
    ),
    error_case(
        "error pulling image configuration: download failed after attempts=6: dial tcp: lookup "
        "docker-images-prod.6aa3.r2.cloudflarestorage.com on 192.168.49.1:53: server misbehaving",
        Cause.NETWORK_DNS,
        "moby, Go net",
    ),
    error_case(
        f'{DAEMON}Get "https://{ECR}/v2/": dial tcp 1.2.3.4:443: connect: connection refused',
        Cause.NETWORK_REGISTRY,
        "moby",
    ),
    error_case(
        "CannotPullContainerError: Could not reach any registry endpoint",
        Cause.NETWORK_REGISTRY,
        "amazon-ecs-agent#719, moby 1.x",
    ),
    error_case(
        f'failed to resolve reference "{ECR}/a:1": failed to do request: Head: net/http: request '
        "canceled",
        Cause.NETWORK_REGISTRY,
        "Go net/http",
    ),
    error_case(
        f'{DAEMON}Get "https://{ECR}/v2/": net/http: TLS handshake timeout',
        Cause.NETWORK_REGISTRY,
        "moby",
    ),
    error_case(f'{DAEMON}Get "https://{ECR}/v2/": EOF', Cause.NETWORK_REGISTRY, "moby"),
    error_case(
        f'{DAEMON}Get "https://{ECR}/v2/": x509: certificate signed by unknown authority',
        Cause.NETWORK_REGISTRY,
        "Go crypto/x509",
    ),
    error_case(
        f'{DAEMON}Get "https://10.0.0.5:5000/v2/": http: server gave HTTP response to HTTPS client',
        Cause.NETWORK_REGISTRY,
        "Go net/http",
    ),
    error_case(
        'failed to resolve reference "docker.io/library/x:1": failed to authorize: failed to fetch '
        'anonymous token: Get "https://auth.docker.io/token?scope=x": dial tcp 44.1.1.1:443: i/o '
        "timeout",
        Cause.NETWORK_REGISTRY,
        "containerd remotes/docker/auth",
    ),
    error_case(
        f'{COPY}httpReadSeeker: failed open: failed to do request: Get "https://{ECR}/v2/app/blobs/'
        f'{DIGEST}": dial tcp 10.0.3.17:443: i/o timeout',
        Cause.NETWORK_REGISTRY,
        "containerd, before the redirect to S3",
    ),
    error_case(
        "The task cannot pull \u2018image-name\u2019 from the Amazon ECR repository \u2018u\u2019. "
        "There is a connection issue between the task and Amazon ECR. Check your task network "
        "configuration.",
        Cause.NETWORK_REGISTRY,
        "ECS developer guide",
    ),
    error_case(
        f"{COPY}httpReadSeeker: failed open: failed to do request: Get {ECR}/hello:0.0.1: dial tcp "
        "52.219.199.138:443: i/o timeout",
        Cause.NETWORK_LAYERS,
        "Fargate 1.4, redacted",
    ),
    error_case(
        f"{COPY}httpReadSeeker: failed open: failed to do request: Get https://prod-us-east-1-"
        "starport-layer-bucket.s3.us-east-1.amazonaws.com/d1/9s?X=y: dial tcp 52.216.63.90:443: "
        "i/o timeout",
        Cause.NETWORK_LAYERS,
        "containerd, not redacted",
    ),
    error_case(
        'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://production'
        '.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/sha256/41/41f0/data": net/http'
        ": timeout awaiting response headers",
        Cause.NETWORK_LAYERS,
        "containerd, Docker Hub",
    ),
    error_case(
        "failed to copy: read tcp 10.0.1.5:44444->52.216.1.1:443: read: connection reset by peer",
        Cause.NETWORK_LAYERS,
        "containerd content.Copy",
    ),
    error_case(
        "error pulling image configuration: download failed after attempts=6: dial tcp "
        "154.83.15.45:443: connect: connection refused",
        Cause.NETWORK_LAYERS,
        "moby distribution/xfer",
    ),
    error_case(
        "CannotPullContainerError: containerd: pull command failed: panic: runtime error: invalid "
        "memory address or nil pointer dereference",
        Cause.NETWORK_LAYERS,
        "ECS developer guide",
    ),
]


@pytest.mark.parametrize(("text", "cause"), [*DENIED, *MISSING, *NETWORK])
def test_a_wording_about_the_registry_has_its_cause(text: str, cause: Cause) -> None:
    assert classify(text).cause == cause
