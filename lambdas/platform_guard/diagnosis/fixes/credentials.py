"""Fixes that give a task credentials for a registry other than Amazon ECR."""

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.iam import allow, execution_role_name
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.registry.reference import partition

_NEW_SECRET = "registry-credentials"  # noqa: S105 a name


def credential_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for missing or wrong registry credentials."""
    secret = case.definition.repository_credentials if case.definition else ""
    if not secret:
        return give_credentials(case, target, "Give the task credentials for the registry")
    store = target.fix(
        "Correct the credentials for the registry: username and password in this secret",
        target.aws(
            "secretsmanager",
            "put-secret-value",
            "--secret-id",
            secret,
            "--secret-string",
            "file://credentials.json",
        ),
    )
    return [store, _allow_secret_access(case, target, secret)]


def give_credentials(case: PullContext, target: Target, action: str) -> list[Fix]:
    """Return fixes that store registry credentials; `action` starts the title of the first."""
    store = target.fix(
        f"{action}: a secret with username and password, named as repositoryCredentials in the "
        "container's definition",
        target.aws(
            "secretsmanager",
            "create-secret",
            "--name",
            _NEW_SECRET,
            "--secret-string",
            "file://credentials.json",
        ),
    )
    return [store, _allow_secret_access(case, target, _NEW_SECRET)]


def _allow_secret_access(case: PullContext, target: Target, secret: str) -> Fix:
    """Return the fix that lets the execution role read the secret.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    """
    return target.fix(
        "Let the execution role read that secret; where a key of your own encrypts it, it needs "
        "kms:Decrypt for that key as well",
        allow(
            target,
            execution_role_name(case),
            "registry-credentials",
            ["secretsmanager:GetSecretValue"],
            _arn(target, secret),
        ),
    )


def _arn(target: Target, secret: str) -> str:
    """Return the ARN of a secret for a policy. Secrets Manager adds six characters to the name."""
    if secret.startswith("arn:"):
        return secret
    where = f"{target.region}:{target.account}"
    return f"arn:{partition(target.region)}:secretsmanager:{where}:secret:{secret}-??????"
