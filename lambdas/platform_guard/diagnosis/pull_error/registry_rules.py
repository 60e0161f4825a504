"""Rules for pull errors about the registry: denied, not found, or unreachable."""

import re

from platform_guard.diagnosis.pull_error.rule import (
    ABOUT_A_PULL,
    CONNECTION_FAILED,
    ECR,
    LAYER_STORAGE,
    Cause,
    Rule,
)

_DENIED = (
    Rule(
        name="rate-limit",
        cause=Cause.RATE_LIMITED,
        source="distribution TOOMANYREQUESTS; Docker Hub; ECR ThrottlingException; HTTP 429",
        says=(
            "toomanyrequests",
            "too many requests",
            "pull rate limit",
            "rate exceeded",
            "throttlingexception",
        ),
    ),
    Rule(
        name="no-valid-credentials",
        cause=Cause.REGISTRY_AUTH,
        source="moby and containerd authorizers; ECR; AWS SDK for Go; EC2 agent",
        says=(
            "no basic auth credentials",
            "authorization token has expired",
            "incorrect username or password",
            "invalid username/password",
            "invalid username or password",
            "private registry credentials: not found",
            "security token included in the request is",
            "expiredtoken",
            "unrecognizedclientexception",
            "nocredentialproviders",
            "no ec2 instance role found",
            "no ec2 imds role found",
            "did not include a token in the response",
        ),
        also=(*ABOUT_A_PULL, "denied: ", "no basic auth credentials"),
    ),
    Rule(
        name="not-authorized",
        cause=Cause.ACCESS_DENIED,
        source="IAM, by way of ECR and KMS; EC2 agent api/errormessages",
        says=(
            "is not authorized to perform",
            "accessdenied",
            "with an explicit deny",
            "ciphertext refers to a customer master key",
            "kmsexception",
        ),
        also=ABOUT_A_PULL,
    ),
    Rule(
        name="docker-hub-no-such-repository",
        cause=Cause.IMAGE_NOT_FOUND,
        source="Docker Hub, of private and of missing repositories alike; EC2 agent since 1.84",
        says=("insufficient_scope", "check whether the image exists"),
    ),
    Rule(
        name="docker-hub-denied",
        cause=Cause.IMAGE_NOT_FOUND,
        source="Docker Hub, of private and of missing repositories alike; older EC2 agents",
        says=("denied: requested access to the resource is denied",),
        also=("pull access denied for ",),
        unless=ECR,
    ),
    Rule(
        name="denied",
        cause=Cause.ACCESS_DENIED,
        source="moby and containerd, pull access denied; distribution DENIED; Harbor; GitLab; GHCR",
        says=(
            "pull access denied",
            "access to the resource is denied",
            "unauthorized to access repository",
            "denied: access forbidden",
            "denied: denied",
            "denied: not authorized",
        ),
    ),
    Rule(
        name="forbidden",
        cause=Cause.ACCESS_DENIED,
        source="containerd remotes/docker, unexpected status; moby; S3 endpoint policies; HTTP 403",
        says=("403 forbidden", re.compile(r"attempts=\d{1,3}: forbidden"), "status code: 403"),
        also=ABOUT_A_PULL,
    ),
    Rule(
        name="unauthorized",
        cause=Cause.REGISTRY_AUTH,
        source="distribution UNAUTHORIZED; HTTP 401",
        says=("unauthorized: ", "401 unauthorized"),
        also=ABOUT_A_PULL,
    ),
)

_MISSING = (
    Rule(
        name="no-such-manifest",
        cause=Cause.IMAGE_NOT_FOUND,
        source="distribution MANIFEST_UNKNOWN, NAME_UNKNOWN, BLOB_UNKNOWN; ECR",
        says=(
            "manifest unknown",
            "manifest_unknown",
            "manifest not found",
            "name unknown",
            "name_unknown",
            "blob unknown",
            "unknown blob",
            "requested image not found",
            "repositorynotfoundexception",
            "imagenotfoundexception",
            re.compile(r"repository with name \S{1,260} does not exist in the registry"),
        ),
    ),
    Rule(
        name="not-found",
        cause=Cause.IMAGE_NOT_FOUND,
        source="containerd resolver and fetcher; moby, manifest for … not found; HTTP 404",
        says=(re.compile(r"\bnot found(?=[\s.,:;\"')\]]|$)"),),
        also=(
            "failed to resolve ref",
            "failed to pull",
            "manifest for ",
            "error: image ",
            "repository ",
            "content at http",
            "could not fetch content",
            "404",
        ),
        unless=("executable file not found",),
    ),
)

_NETWORK = (
    Rule(
        name="name-resolution",
        cause=Cause.NETWORK_DNS,
        source="Go net.DNSError",
        says=(
            re.compile(r"\blookup \S{1,255}(?: on \S{1,60})?: "),
            "no such host",
            "server misbehaving",
            "temporary failure in name resolution",
        ),
        also=ABOUT_A_PULL,
    ),
    Rule(
        name="layer-storage-unreachable",
        cause=Cause.NETWORK_LAYERS,
        source="containerd and moby, at the URL that the registry redirects to",
        says=CONNECTION_FAILED,
        also=LAYER_STORAGE,
    ),
    Rule(
        name="redacted-layer-url",
        cause=Cause.NETWORK_LAYERS,
        source="Fargate and EC2 agent redactEcrUrls: the image's name in place of the layer's URL",
        says=(
            "failed to do request: get redacted ecr url",
            re.compile(r"failed to do request: get (?!\"|https?:|redacted)[a-z0-9][\w.:-]{0,255}/"),
        ),
    ),
    Rule(
        name="layer-copy-interrupted",
        cause=Cause.NETWORK_LAYERS,
        source="containerd remotes/docker httpReadSeeker (httpReaderSeeker up to 1.4)",
        says=CONNECTION_FAILED,
        also=("httpreadseeker: failed open", "httpreaderseeker: failed open", "failed to copy: "),
        unless=(re.compile(r"\b(?:get|head) \"?https?://"),),
    ),
    Rule(
        name="fargate-layer-connection",
        cause=Cause.NETWORK_LAYERS,
        source="Fargate 1.4 since 2025, only seen before failed to copy: httpReadSeeker",
        says=("there is a connection issue between the task and the registry",),
        unless=("failed to resolve ref", re.compile(r"\b(?:get|head) \"?https?://")),
    ),
    Rule(
        name="fargate-nil-pointer",
        cause=Cause.NETWORK_LAYERS,
        source="ECS developer guide, CannotPullContainer: check the way to S3",
        says=("pull command failed: panic: runtime error: invalid memory address",),
    ),
    Rule(
        name="fargate-registry-connection",
        cause=Cause.NETWORK_REGISTRY,
        source="ECS developer guide, CannotPullContainer; EC2 agent api/errormessages; moby 1.x",
        says=(
            "there is a connection issue between the task and amazon ecr",
            "could not reach any registry endpoint",
            re.compile(r"can't pull the image\. check your (?:task |host )?network configuration"),
        ),
    ),
    Rule(
        name="registry-unreachable",
        cause=Cause.NETWORK_REGISTRY,
        source="containerd resolver, moby registry client, AWS SDK for Go",
        says=(
            *CONNECTION_FAILED,
            "tls: failed to verify certificate",
            "server gave http response to https client",
        ),
        also=(
            re.compile(r"https?://[^/\s]{1,255}/v[012]/"),
            "failed to resolve ref",
            "failed to authorize",
            "error response from daemon",
            "api error (",
            "auth.docker.io",
            "api.ecr",
        ),
    ),
)

_GIVEN_UP = (
    Rule(
        name="pull-took-too-long",
        cause=Cause.CANCELED,
        source="EC2 agent, ECS_IMAGE_PULL_INACTIVITY_TIMEOUT and ECS_IMAGE_PULL_TIMEOUT",
        says=(
            "inactivity time exceeded timeout while pulling",
            "could not transition to pull",
        ),
    ),
    Rule(
        name="context-canceled",
        cause=Cause.CANCELED,
        source="Go context.Canceled; ECS developer guide, Context canceled",
        says=("context canceled",),
        also=ABOUT_A_PULL,
        unless=("context deadline exceeded",),
    ),
    Rule(
        name="agent-without-credentials",
        cause=Cause.REGISTRY_AUTH,
        source="EC2 agent, dockerapi.CannotPullContainerAuthError: its name says what it is",
        says=("cannotpullcontainerautherror: ",),
    ),
)

REGISTRY_RULES: tuple[Rule, ...] = (*_DENIED, *_MISSING, *_NETWORK, *_GIVEN_UP)
"""In order of precedence, after `IMAGE_RULES`."""
