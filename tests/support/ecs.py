"""A team's resources in the emulator, and delivery of its ECS events."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard_emulator import Deployment, LocalAws, PublishedMessage, push_layout
from tests.support.known_images import layout_of
from tests.support.stop_events import IMAGE, Json

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import AttributeTypeDef

MAC_BUILD = "docker26c8d-build-push-arm64"
PLAIN_ARM64 = "docker26classic-build-push-arm64"
PLAIN_AMD64 = "docker26classic-build-push-default"
MULTI_PLATFORM = "bk0.25-multi-default"
MISLABELED = "bk0.25-single-arm64-base-default-target"

EXECUTION_ROLE = "arn:aws:iam::123456789012:role/shop-execution"

RECORD_INCIDENT = ("UpdateItem", "PutItem")
"""Check for an open incident, then open it."""
IMAGE_LOOKUPS = (
    "DescribeTaskDefinition",
    "DescribeImages",
    "Query",
    "BatchGetImage",
    "DescribeRepositories",
    "DescribePullThroughCacheRules",
    "DescribeServices",
)
"""The calls for an image without the required platform; others need more documents."""
RECORD_ALERT = ("Publish", "UpdateItem", "UpdateItem", "UpdateItem")
"""Publish the alert, then record the incident, its completion and its service."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The team's resources, created with administrator permissions."""

    aws: LocalAws

    def push(
        self, layout: str, tag: str = "1.4.2", repository: str = "shop/api", region: str = ""
    ) -> str:
        """Push an image and return its digest."""
        ecr: ECRClient = self.aws.client("ecr", region_name=region or self.aws.region)
        known = ecr.describe_repositories()["repositories"]
        if repository not in {item["repositoryName"] for item in known}:
            ecr.create_repository(repositoryName=repository)
        return push_layout(self.aws, repository, layout_of(layout), tag, ecr=ecr)

    def define(self, image: str = IMAGE, *, architecture: str = "") -> str:
        """Register a task definition and return its ARN."""
        ecs: ECSClient = self.aws.client("ecs")
        fields: Json = {
            "family": "api",
            "containerDefinitions": [{"name": "app", "image": image, "memory": 512}],
            "executionRoleArn": EXECUTION_ROLE,
        }
        if architecture:
            fields["runtimePlatform"] = {"cpuArchitecture": architecture}
        definition = ecs.register_task_definition(**fields)  # type: ignore[arg-type]
        return definition["taskDefinition"]["taskDefinitionArn"]

    def serve(self, definition: str, *subnets: str) -> None:
        """Create the cluster and a service without public IP addresses."""
        ecs: ECSClient = self.aws.client("ecs")
        ec2: EC2Client = self.aws.client("ec2")
        vpc = ec2.describe_subnets(SubnetIds=[subnets[0]])["Subnets"][0]["VpcId"]
        of_vpc: FilterTypeDef = {"Name": "vpc-id", "Values": [vpc]}
        group = ec2.describe_security_groups(Filters=[of_vpc])["SecurityGroups"][0]["GroupId"]
        ecs.create_cluster(clusterName="shop")
        ecs.create_service(
            cluster="shop",
            serviceName="api",
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": subnets,
                    "securityGroups": [group],
                    "assignPublicIp": "DISABLED",
                }
            },
        )

    def update(self, definition: str) -> None:
        """Update the service to another task definition."""
        self.aws.client("ecs").update_service(
            cluster="shop", service="api", taskDefinition=definition
        )

    def private_subnet(self) -> str:
        """Create a VPC without internet access and return its subnet."""
        ec2: EC2Client = self.aws.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        return ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]

    def add_instance(self, architecture: str) -> str:
        """Register a container instance and return its ARN."""
        ecs: ECSClient = self.aws.client("ecs")
        ec2: EC2Client = self.aws.client("ec2")
        ecs.create_cluster(clusterName="shop")
        image = ec2.register_image(Name="machine")["ImageId"]
        (started,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
        answer = ecs.register_container_instance(
            cluster="shop",
            instanceIdentityDocument=json.dumps({"instanceId": started["InstanceId"]}),
        )
        arn = answer["containerInstance"]["containerInstanceArn"]
        # The ECS agent registers with this attribute; moto accepts it only separately.
        attribute: AttributeTypeDef = {"name": "ecs.cpu-architecture", "value": architecture}
        ecs.put_attributes(cluster="shop", attributes=[{**attribute, "targetId": arn}])
        return arn

    def advance_time(self, seconds: int) -> None:
        """Move every time in the guard's table into the past, as if time had passed.

        Powertools reads the system clock, which a test cannot replace.
        """
        dynamodb: DynamoDBClient = self.aws.client("dynamodb")
        (table,) = dynamodb.list_tables()["TableNames"]
        for item in dynamodb.scan(TableName=table)["Items"]:
            for name in {"expiration", "open_until"} & item.keys():
                item[name] = {"N": str(int(item[name]["N"]) - seconds)}
            dynamodb.put_item(TableName=table, Item=item)


def create_sample_workloads(aws: LocalAws) -> None:
    """Create a task, a service and a function, so that each consumer lookup finds something."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="shop")
    definition = ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "app", "image": "redis:7", "memory": 512}]
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition=definition, desiredCount=1)
    subnet = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    ecs.run_task(
        cluster="shop",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
    )
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="functions")
    role = aws.client("iam").create_role(RoleName="resize", AssumeRolePolicyDocument="{}")
    aws.client("lambda").create_function(
        FunctionName="resize",
        PackageType="Image",
        Role=role["Role"]["Arn"],
        Code={"ImageUri": f"{aws.account}.dkr.ecr.{aws.region}.amazonaws.com/functions:1"},
    )


def deliver(aws: LocalAws, guard: Deployment, *events: Json) -> list[str]:
    """Deliver events after draining the queues, and return the logged outcomes."""
    guard.drain()
    aws.calls.clear()
    for event in events:
        aws.emit(event)
    return [
        str(line["outcome"])
        for invocation in guard.drain()
        for line in invocation.logs
        if isinstance(line, dict) and "outcome" in line
    ]


def restart_processes(guard: Deployment) -> None:
    """Reset the state of every function, as in a new execution environment."""
    for sandbox in guard._sandboxes.values():
        sandbox._state = type(sandbox._state)()


def operations(aws: LocalAws) -> list[str]:
    return [call.operation for call in aws.calls]


def alerts_about_stops(guard: Deployment) -> list[PublishedMessage]:
    return [alert for alert in guard.alerts() if "Service" in alert.texts["email"]]


def last_stop_alert(guard: Deployment) -> Json:
    """Return the last alert about a stopped task as JSON."""
    return alert_json(alerts_about_stops(guard)[-1])


def alert_json(alert: PublishedMessage) -> Json:
    content: Json = json.loads(alert.texts["sqs"])
    return content
