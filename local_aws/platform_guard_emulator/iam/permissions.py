"""The actions and resources that a call needs permissions for.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.utilities.utils import get_partition

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Permission:
    """An IAM action such as `ecr:PutImage` on a resource ARN, or on `*`."""

    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The account and the region of ARNs."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """Return the partition of the region, such as `aws-cn`."""
        return get_partition(self.region)

    def arn(self, service: str, resource: str, account: str | None = None) -> str:
        """Return the ARN of a regional resource."""
        return f"arn:{self.partition}:{service}:{self.region}:{account or self.account}:{resource}"


def required_permissions(
    service: str, operation: str, params: Params, scope: Scope
) -> list[Permission]:
    """Return all permissions that a call needs.

    `service` is botocore's service name. Raises NotImplementedError for a service that is not
    listed here: with `*` as the resource, a policy would pass that AWS denies.
    """
    match service:
        case "ecr":
            resources = _ecr(operation, params, scope)
        case "sns":
            resources = _plain(params, "TopicArn", "TargetArn")
        case "sqs":
            resources = [_queue_arn(params, scope)]
        case "dynamodb" if operation == "TransactWriteItems":
            return list(_transaction(params, scope))
        case "dynamodb":
            resources = list(_dynamodb(params, scope))
        case "ecs":
            resources = _ecs(operation, params, scope)
        case "lambda":
            resources = _lambda(params, scope)
        case "scheduler":
            return list(_scheduler(operation, params, scope))
        case "secretsmanager":
            resources = [_secret_arn(str(params["SecretId"]), scope)]
        case "ssm":
            resources = list(_ssm(params, scope))
        case "sts":
            resources = _plain(params, "RoleArn")
        case "s3":
            resources = [
                f"arn:{scope.partition}:s3:::{params['Bucket']}/{params.get('Key', '')}".rstrip("/")
            ]
        case "kms":
            resources = _plain(params, "KeyId")
        case "cloudwatch" | "ec2" | "logs":
            resources = ["*"]
        case _:
            raise NotImplementedError(
                f"{service}:{operation}: the emulator does not support the resources of {service}; "
                f"add them to {__name__}"
            )
    action = f"{service}:{_ACTIONS.get((service, operation), operation)}"
    return [Permission(action, resource) for resource in resources]


_ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("sns", "PublishBatch"): "Publish",
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListObjectsV2"): "ListBucket",
}


def _plain(params: Params, *names: str) -> list[str]:
    return [str(params[name]) for name in names if name in params] or ["*"]


def _ecr(operation: str, params: Params, scope: Scope) -> list[str]:
    """Return the repository ARNs, or `*` for a call on the registry."""
    account = str(params.get("registryId", scope.account))
    names = params.get("repositoryNames")
    if isinstance(names, list):
        return [scope.arn("ecr", f"repository/{name}", account) for name in names]
    if "repositoryName" in params:
        return [scope.arn("ecr", f"repository/{params['repositoryName']}", account)]
    if operation == "DescribeRepositories":
        return [scope.arn("ecr", "repository/*", account)]
    return _plain(params, "resourceArn")


def _queue_arn(params: Params, scope: Scope) -> str:
    if "QueueUrl" not in params:
        return scope.arn("sqs", str(params.get("QueueName", "*")))
    account, name = str(params["QueueUrl"]).split("/")[-2:]
    return scope.arn("sqs", name, account)


def _dynamodb(params: Params, scope: Scope) -> Iterator[str]:
    """Yield the ARNs of the tables, or of the index that is read."""
    tables = [str(params["TableName"])] if "TableName" in params else []
    batch = params.get("RequestItems")
    if isinstance(batch, dict):
        tables.extend(batch)
    if not tables:
        raise NotImplementedError(
            f"A DynamoDB call without TableName: add its tables to {__name__}"
        )
    for table in tables:
        arn = table if table.startswith("arn:") else scope.arn("dynamodb", f"table/{table}")
        yield f"{arn}/index/{params['IndexName']}" if "IndexName" in params else arn


def _transaction(params: Params, scope: Scope) -> Iterator[Permission]:
    """Yield the permission of each item; the transaction itself needs none.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    for item in params["TransactItems"]:
        for write, details in item.items():
            action = f"dynamodb:{write}" + ("" if write == "ConditionCheck" else "Item")
            for resource in _dynamodb(details, scope):
                yield Permission(action, resource)


def _ecs(operation: str, params: Params, scope: Scope) -> list[str]:
    cluster = str(params.get("cluster", "default")).rsplit("/", 1)[-1]
    match operation:
        case "DescribeServices" | "UpdateService":
            services = params.get("services", [params.get("service")])
            return [_ecs_arn("service", cluster, str(name), scope) for name in services]
        case "DescribeContainerInstances":
            instances = params["containerInstances"]
            return [_ecs_arn("container-instance", cluster, str(name), scope) for name in instances]
        case "DescribeTasks":
            tasks = params["tasks"]
            return [_ecs_arn("task", cluster, str(name), scope) for name in tasks]
        case "DescribeClusters":
            clusters = params.get("clusters", ["default"])
            return [
                name if name.startswith("arn:") else scope.arn("ecs", f"cluster/{name}")
                for name in clusters
            ]
        case "ListTasks":
            return [scope.arn("ecs", f"container-instance/{cluster}/*")]
        case "ListTagsForResource" | "TagResource":
            return _plain(params, "resourceArn")
        case _:
            return ["*"]


def _ecs_arn(kind: str, cluster: str, name: str, scope: Scope) -> str:
    return name if name.startswith("arn:") else scope.arn("ecs", f"{kind}/{cluster}/{name}")


def _lambda(params: Params, scope: Scope) -> list[str]:
    if "FunctionName" not in params:
        return _plain(params, "Resource")
    name = str(params["FunctionName"])
    return [name if name.startswith("arn:") else scope.arn("lambda", f"function:{name}")]


def _scheduler(operation: str, params: Params, scope: Scope) -> Iterator[Permission]:
    """Yield the permissions of a call, with iam:PassRole on the role of a schedule's target."""
    if "Name" not in params:
        yield Permission(f"scheduler:{operation}", "*")
        return
    name = f"schedule/{params.get('GroupName', 'default')}/{params['Name']}"
    yield Permission(f"scheduler:{operation}", scope.arn("scheduler", name))
    if "Target" in params:
        yield Permission("iam:PassRole", str(params["Target"]["RoleArn"]))


def _secret_arn(secret_id: str, scope: Scope) -> str:
    if secret_id.startswith("arn:"):
        return secret_id
    # AWS appends a hyphen and six characters, which policies match with `-??????` or `*`.
    return scope.arn("secretsmanager", f"secret:{secret_id}-AbCdEf")


def _ssm(params: Params, scope: Scope) -> Iterator[str]:
    names = params.get("Names", [params.get("Name", params.get("Path", "*"))])
    for name in names:
        text = str(name)
        yield (
            text
            if text.startswith("arn:")
            else scope.arn("ssm", f"parameter/{text.removeprefix('/')}")
        )
