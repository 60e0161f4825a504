"""Fixes for pulls that Amazon ECR or a policy around it denies."""

import json
import re
from typing import assert_never

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.credentials import credential_fixes
from platform_guard.diagnosis.fixes.iam import allow, allow_caching, pulls_as_instance, role_name
from platform_guard.diagnosis.fixes.pull_through_cache import denied_cache_fixes
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.pull_error.denial import DenialSource, denial_source
from platform_guard.registry.reference import partition

_EXECUTION_POLICY = "service-role/AmazonECSTaskExecutionRolePolicy"
_INSTANCE_POLICY = "AmazonEC2ContainerRegistryReadOnly"
_PULL_ACTIONS = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
]

_KEY = re.compile(r"on resource: (?P<key>arn:[\w-]{3,20}:kms:[\w:/-]{1,200})")


def access_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that allow the task's role to pull."""
    if case.is_external_registry:
        return credential_fixes(case, target)
    match denial_source(case.failure.error.text):
        case DenialSource.LAYER_STORE:
            # Older engines name the registry URL even if S3 denied the request.
            is_sure = "/v2/" not in case.failure.error.text
            role = [] if is_sure else [_allow_role(case, target)]
            return [inspect_s3_endpoint(case, target), *role]
        case DenialSource.KEY:
            return _key_fixes(case, target)
        case DenialSource.PULL_THROUGH_CACHE:
            return [_allow_caching(case, target)]
        case DenialSource.ENDPOINT_POLICY:
            return [_inspect_endpoint_policies(target)]
        case DenialSource.ORGANIZATION:
            return [
                Fix(
                    "A control policy of the organization denies it, which nothing in this account "
                    "can allow: ask the administrators of the organization in AWS Organizations"
                )
            ]
        case DenialSource.BOUNDARY:
            return [_inspect_boundary(case, target)]
        case DenialSource.RESOURCE_POLICY:
            title = "The repository's own policy does not let the role pull: have it allow that"
            inspect = _inspect_repository_policy(target, title)
            return [*_allow_account(case, target), inspect]
        case DenialSource.DENIED_IDENTITY:
            return [_inspect_denials(case, target)]
        case DenialSource.IDENTITY:
            cache = denied_cache_fixes(case, target)
            may = [*cache, *_allow_account(case, target), _allow_role(case, target)]
            title = "If it may already, see whether the repository's own policy denies it"
            return [*may, _inspect_repository_policy(target, title)]
        case denied_by:
            assert_never(denied_by)


def inspect_s3_endpoint(case: PullContext, target: Target) -> Fix:
    """Return the fix that shows the policies of the S3 endpoints."""
    region = case.reference.repository.region if case.reference else target.region
    bucket = f"arn:{partition(region)}:s3:::prod-{region}-starport-layer-bucket/*"
    vpc = [f"Name=vpc-id,Values={case.network.vpc_id}"] if case.network else []
    return target.fix(
        "If there is an endpoint for S3, its policy has to allow s3:GetObject of "
        f"{bucket}, and the security group of the {case.puller} HTTPS to S3",
        _describe_endpoints(
            target, *vpc, f"Name=service-name,Values={endpoint_service(target, 's3')}"
        ),
    )


def _inspect_endpoint_policies(target: Target) -> Fix:
    services = ",".join(endpoint_service(target, name) for name in ("ecr.api", "ecr.dkr"))
    return target.fix(
        "Let the policies of the VPC endpoints for Amazon ECR allow ecr:GetAuthorizationToken, "
        f"{', '.join(_PULL_ACTIONS)} to the role that pulls; they are",
        _describe_endpoints(target, f"Name=service-name,Values={services}"),
    )


def _describe_endpoints(target: Target, *filters: str) -> str:
    query = "VpcEndpoints[].[VpcEndpointId, VpcId, ServiceName, PolicyDocument]"
    return target.aws("ec2", "describe-vpc-endpoints", "--filters", *filters, "--query", query)


def endpoint_service(target: Target, name: str) -> str:
    """Return the service name of a VPC endpoint; `name` is such as `ecr.api`."""
    is_china = target.region.startswith("cn-") and name != "s3"
    return f"{'cn.' if is_china else ''}com.amazonaws.{target.region}.{name}"


def _key_fixes(case: PullContext, target: Target) -> list[Fix]:
    named = _KEY.search(case.failure.error.text)
    key = named["key"] if named else "KMS_KEY"
    repository = case.reference.repository if case.reference else None
    see = target.fix(
        "See whether the key that encrypts the repository is enabled, and whether its policy still "
        "lets Amazon ECR use it",
        target.aws(
            "ecr",
            "describe-repositories",
            "--repository-names",
            repository.name if repository else "REPOSITORY",
            "--query",
            "repositories[].encryptionConfiguration",
            region=repository.region if repository else "",
        ),
        target.aws("kms", "describe-key", "--key-id", key, "--query", "KeyMetadata.KeyState"),
    )
    if named is None:
        return [see]
    role = role_name(case)
    decrypt = allow(target, role, "decrypt-for-pulls", ["kms:Decrypt"], key)
    return [target.fix("Let the role use the key", decrypt), see]


def _allow_caching(case: PullContext, target: Target) -> Fix:
    repository = case.reference.repository if case.reference else None
    resource = repository.arn if repository else "REPOSITORY"
    return target.fix(
        "The repository is filled by a pull-through cache: let the role fetch what it does not "
        "hold yet, and create the repository at the first pull; in the registry of another "
        "account, that account's registry policy has to allow it too",
        allow_caching(target, role_name(case), resource),
    )


def _inspect_boundary(case: PullContext, target: Target) -> Fix:
    query = ("--query", "Role.PermissionsBoundary")
    return target.fix(
        "The permissions boundary of the role does not let it pull, whatever its policies allow: "
        "have the boundary allow it",
        target.aws("iam", "get-role", "--role-name", role_name(case), *query),
    )


def _inspect_denials(case: PullContext, target: Target) -> Fix:
    role = ("--role-name", role_name(case))
    return target.fix(
        "A policy of the role denies it, which counts more than any that allows it: find the "
        "statement among",
        target.aws("iam", "list-attached-role-policies", *role),
        target.aws("iam", "list-role-policies", *role),
    )


def _inspect_repository_policy(target: Target, title: str) -> Fix:
    return target.fix(title, target.ecr("get-repository-policy"))


def _allow_role(case: PullContext, target: Target) -> Fix:
    is_instance = pulls_as_instance(case)
    policy = _INSTANCE_POLICY if is_instance else _EXECUTION_POLICY
    kind = "instance role" if is_instance else "execution role"
    return target.fix(
        f"Allow the {kind} to pull",
        target.aws(
            "iam",
            "attach-role-policy",
            "--role-name",
            role_name(case),
            "--policy-arn",
            f"arn:{partition(target.region)}:iam::aws:policy/{policy}",
        ),
    )


def _allow_account(case: PullContext, target: Target) -> list[Fix]:
    owner = case.reference.repository.account if case.reference else target.account
    account = target.account
    if owner == account:
        return []
    statement = {
        "Sid": "PullFromOtherAccount",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition(target.region)}:iam::{account}:root"},
        "Action": _PULL_ACTIONS,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return [
        target.fix(
            f"With credentials of account {owner}, which owns the repository, let account "
            f"{account} pull; the second command replaces the policy that the first one shows",
            target.ecr("get-repository-policy"),
            target.ecr("set-repository-policy", "--policy-text", json.dumps(policy)),
        )
    ]
