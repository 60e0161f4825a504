"""A handwritten cloud assembly: rule, queue with a dead-letter queue, functions, topic, table."""

import json
import shutil
from pathlib import Path
from typing import Any

from platform_guard import __file__ as library_file

HANDLER = """
import json
import os

import boto3
from platform_guard.oci import platforms

ecr = boto3.client("ecr")
invocations = 0


def handler(event, context):
    global invocations
    invocations += 1
    failures = []
    for record in event["Records"]:
        detail = json.loads(record["body"])["detail"]
        print(json.dumps({"tag": detail["image-tag"], "invocation": invocations}))
        print("plain text")
        if detail["image-tag"] == "broken":
            raise ValueError("cannot do it")
        if detail["image-tag"] == "later":
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        ecr.batch_get_image(
            repositoryName=detail["repository-name"],
            imageIds=[{"imageDigest": detail["image-digest"]}],
        )
        boto3.client("sns").publish(
            TopicArn=os.environ["TOPIC_ARN"],
            Subject="seen",
            MessageStructure="json",
            Message=json.dumps({"default": detail["image-tag"], "email": "a mail"}),
            MessageAttributes={"severity": {"DataType": "String", "StringValue": "info"}},
        )
    return {"batchItemFailures": failures}


def report(event, context):
    return {
        "environment": sorted(os.environ),
        "left": context.get_remaining_time_in_millis(),
        "memory": context.memory_limit_in_mb,
    }
"""

PUSHES: dict[str, object] = {
    "source": ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    "detail": {"action-type": ["PUSH"], "image-tag": [{"exists": True}]},
}


def _ref(logical_id: str) -> dict[str, str]:
    return {"Ref": logical_id}


def _arn(logical_id: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def _function(handler: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "DependsOn": ["Policy", "QueuePolicy"],
        "Properties": {
            "Code": {"S3Bucket": {"Fn::Sub": "assets-${AWS::AccountId}"}, "S3Key": "code.zip"},
            "Handler": handler,
            "Runtime": "python3.13",
            "Role": _arn("Role"),
            "Timeout": 30,
            "MemorySize": 256,
            "Environment": {"Variables": {"TOPIC_ARN": _ref("Topic"), "TABLE": _ref("Table")}},
        },
    }


def _statement(actions: list[str], resource: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def template(pattern: dict[str, object] = PUSHES) -> dict[str, Any]:
    """Return the template. Its functions may read only repositories under `team/`."""
    statements = [
        _statement(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], _arn("Queue")
        ),
        _statement(
            ["ecr:BatchGetImage"],
            {"Fn::Sub": "arn:aws:ecr:${AWS::Region}:${AWS::AccountId}:repository/team/*"},
        ),
        _statement(["sns:Publish"], _ref("Topic")),
    ]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "lambda.amazonaws.com"}}  # fmt: skip
    resources: dict[str, Any] = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": []}}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "LogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "DelaySeconds": 15,
                "VisibilityTimeout": 180,
                "RedrivePolicy": {
                    "deadLetterTargetArn": _arn("DeadLetters"),
                    "maxReceiveCount": 3,
                },
            },
        },
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [_ref("Queue")], "PolicyDocument": {"Statement": []}},
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": pattern,
                "State": "ENABLED",
                "Targets": [{"Id": "Queue", "Arn": _arn("Queue")}],
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Statement": [trust]}},
        },
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "Function",
                "Roles": [_ref("Role")],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            },
        },
        "Function": _function("entry.handler"),
        "Reporter": _function("entry.report"),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": _arn("Queue"),
                "FunctionName": _ref("Function"),
                "BatchSize": 10,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        },
    }
    return {
        "Parameters": {
            "BootstrapVersion": {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/cdk-bootstrap/hnb659fds/version",
            },
            "Layer": {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/aws/service/powertools/python/arm64/python3.13/latest",
            },
        },
        "Resources": resources,
        "Outputs": {"TopicArn": {"Value": _ref("Topic")}},
    }


def write_assembly(folder: Path, stack: dict[str, Any]) -> Path:
    """Write the output of `cdk synth` for a template, with the installed library in the asset."""
    code = folder / "asset.code"
    code.mkdir(parents=True)
    (code / "entry.py").write_text(HANDLER)
    library = Path(library_file).parent
    shutil.copytree(library, code / library.name, ignore=shutil.ignore_patterns("__pycache__"))
    destination = {"bucketName": "assets-${AWS::AccountId}", "objectKey": "code.zip"}
    assets = {
        "files": {
            "code": {
                "source": {"path": code.name, "packaging": "zip"},
                "destinations": {"here": destination},
            }
        }
    }
    artifacts = {
        "small": {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "small.template.json"},
        },
        "small.assets": {
            "type": "cdk:asset-manifest",
            "properties": {"file": "small.assets.json"},
        },
    }
    (folder / "small.template.json").write_text(json.dumps(stack))
    (folder / "small.assets.json").write_text(json.dumps(assets))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder
