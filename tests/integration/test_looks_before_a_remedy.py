"""What the push guard looks at before it takes something away: without any of it, it does not."""

from pathlib import Path

from local_aws import LocalAws
from tests.integration.roles import without
from tests.integration.strong_guard import Shelf
from tests.support.registry import MAC_BUILD

LOOKS = [
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:DescribeTaskDefinition",
    "lambda:ListFunctions",
    "lambda:GetFunction",
]


# What a look has seen is remembered for a while, and what it has not seen is not.
def test_without_any_of_its_looks_nothing_is_taken_away(strong_assembly: Path) -> None:
    with LocalAws() as aws:
        guard = aws.deploy(strong_assembly)
        run_something(aws)
        for number, action in enumerate(LOOKS):
            repository = Shelf(aws, guard, f"quarantine/{number}").create()
            repository.push(MAC_BUILD)
            with without(aws, guard, action):
                repository.run()
            (told,) = repository.remedies_told()
            assert "its own tag stays" in told, action
            assert "it could not be checked" in told, action
            assert "AccessDeniedException" in told, action


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
