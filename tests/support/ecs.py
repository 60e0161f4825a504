"""What a team has in the stand-in, and how its stopped tasks reach the diagnosis."""

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

START_INCIDENT = ("UpdateItem", "PutItem")
"""Is the incident known? Then take it on."""
LOOK_AT_IMAGE = (
    "DescribeTaskDefinition",
    "DescribeImages",
    "Query",
    "BatchGetImage",
    "DescribeRepositories",
    "DescribePullThroughCacheRules",
    "DescribeServices",
)
"""Without the further documents of an image that has the wanted platform."""
NOTE_ALERT = ("Publish", "UpdateItem", "UpdateItem", "UpdateItem")
"""Alert, open the incident, note that it was taken care of, and which service has it."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The team's own resources, made by an administrator."""

    aws: LocalAws

    def push(
        self, layout: str, tag: str = "1.4.2", repository: str = "shop/api", region: str = ""
    ) -> str:
        """Push an image, and give its digest."""
        ecr: ECRClient = self.aws.client("ecr", region_name=region or self.aws.region)
        known = ecr.describe_repositories()["repositories"]
        if repository not in {item["repositoryName"] for item in known}:
            ecr.create_repository(repositoryName=repository)
        return push_layout(self.aws, repository, layout_of(layout), tag, ecr=ecr)

    def define(self, image: str = IMAGE, *, architecture: str = "") -> str:
        """Register a task definition, and give its ARN."""
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
        """Create the cluster, and a service without public addresses."""
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
        """Let the service run another task definition."""
        self.aws.client("ecs").update_service(
            cluster="shop", service="api", taskDefinition=definition
        )

    def private_subnet(self) -> str:
        """Make a VPC without a way out, and give its subnet."""
        ec2: EC2Client = self.aws.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        return ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]

    def add_instance(self, architecture: str) -> str:
        """Add an instance to the cluster, and give the ARN that tasks on it name."""
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
        # The agent sends it along when it registers; moto takes it only like this.
        attribute: AttributeTypeDef = {"name": "ecs.cpu-architecture", "value": architecture}
        ecs.put_attributes(cluster="shop", attributes=[{**attribute, "targetId": arn}])
        return arn

    def let_time_pass(self, seconds: int) -> None:
        """Move every time in the guard's table into the past, as if the clocks had gone on.

        Powertools reads the machine's clock, and there is no other way to it.
        """
        dynamodb: DynamoDBClient = self.aws.client("dynamodb")
        (table,) = dynamodb.list_tables()["TableNames"]
        for item in dynamodb.scan(TableName=table)["Items"]:
            for name in {"expiration", "open_until"} & item.keys():
                item[name] = {"N": str(int(item[name]["N"]) - seconds)}
            dynamodb.put_item(TableName=table, Item=item)


def run_something(aws: LocalAws) -> None:
    """Have a task, a service and a function, so that each look has something to see."""
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
    """Let stopped tasks be handled after all else, and give what became of each event."""
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


def start_processes_anew(guard: Deployment) -> None:
    """Let every function forget what it knows, as when Lambda starts another process."""
    for sandbox in guard._sandboxes.values():
        sandbox._state = type(sandbox._state)()


def operations(aws: LocalAws) -> list[str]:
    return [call.operation for call in aws.calls]


def alerts_about_stops(guard: Deployment) -> list[PublishedMessage]:
    return [alert for alert in guard.alerts() if "Service" in alert.texts["email"]]


def machine(guard: Deployment) -> Json:
    """Give the last alert about a stopped task as machines get it."""
    return machine_text(alerts_about_stops(guard)[-1])


def machine_text(alert: PublishedMessage) -> Json:
    content: Json = json.loads(alert.texts["sqs"])
    return content
