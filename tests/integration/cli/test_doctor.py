"""`platform-guard doctor` on a healthy guard, and with one part broken at a time."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from platform_guard_cli.doctor.checks import (
    Check,
    Outcome,
    checks_as_json,
    exit_status,
    render_checks,
    run_checks,
)
from platform_guard_cli.main import main
from tests.infrastructure.settings import HARDENED
from tests.support.doctor_guard import DoctorGuard, disable_rule


@pytest.mark.parametrize(
    "guard_toml", [pytest.param("", id="default"), pytest.param(HARDENED, id="hardened")]
)
def test_a_healthy_guard_passes_every_check(doctor_guard: DoctorGuard) -> None:
    checks = doctor_guard.checks()

    assert {check.outcome for check in checks} == {Outcome.OK}, doctor_guard.problems()
    assert exit_status(checks) == 0
    for part in ("stack", "settings", "version", "subscriptions"):
        assert part in [check.name for check in checks]
    for start in ("rule ", "target of ", "policy of queue ", "dead-letter queue ", "function ",
                  "role of ", "concurrency of ", "event source mapping of ", "alarms"):  # fmt: skip
        assert any(check.name.startswith(start) for check in checks), start


def change_pattern(doctor_guard: DoctorGuard) -> str:
    name = doctor_guard.physical_id("AWS::Events::Rule", "PushGuard").rpartition("/")[2]
    doctor_guard.aws.client("events").put_rule(
        Name=name, EventPattern=json.dumps({"source": ["aws.ecr"], "detail": {"result": ["X"]}})
    )
    return "make deploy"


def remove_target(doctor_guard: DoctorGuard) -> str:
    name = doctor_guard.physical_id("AWS::Events::Rule", "PushGuard").rpartition("/")[2]
    events = doctor_guard.aws.client("events")
    ids = [target["Id"] for target in events.list_targets_by_rule(Rule=name)["Targets"]]
    events.remove_targets(Rule=name, Ids=ids)
    return "make deploy"


def remove_queue_policy(doctor_guard: DoctorGuard) -> str:
    doctor_guard.aws.client("sqs").set_queue_attributes(
        QueueUrl=doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardQueue"),
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": []})},
    )
    return "make deploy"


def add_dead_letter(doctor_guard: DoctorGuard) -> str:
    url = doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardDeadLetters")
    doctor_guard.aws.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    queue = doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardQueue").rpartition("/")[2]
    aws = doctor_guard.aws
    return f"--destination-arn arn:aws:sqs:{aws.region}:{aws.account}:{queue}"


def disable_mapping(doctor_guard: DoctorGuard) -> str:
    uuid = doctor_guard.physical_id("AWS::Lambda::EventSourceMapping", "PushGuard")
    doctor_guard.aws.client("lambda").update_event_source_mapping(UUID=uuid, Enabled=False)
    return f"--uuid {uuid} --enabled"


def change_role(doctor_guard: DoctorGuard) -> str:
    doctor_guard.aws.client("lambda").update_function_configuration(
        FunctionName=doctor_guard.stack.function("push_guard"),
        Role=f"arn:aws:iam::{doctor_guard.aws.account}:role/another-role",
    )
    return "make deploy"


def leave_unconfirmed(doctor_guard: DoctorGuard) -> str:
    backend = sns_backends[doctor_guard.aws.account][doctor_guard.aws.region]
    (subscription,) = backend.subscriptions.values()
    subscription.arn = "PendingConfirmation"
    return "--notification-endpoint team@example.com"


def unsubscribe(doctor_guard: DoctorGuard) -> str:
    backend = sns_backends[doctor_guard.aws.account][doctor_guard.aws.region]
    backend.subscriptions.clear()
    return "[alerts]"


def edit_settings(doctor_guard: DoctorGuard) -> str:
    doctor_guard.guard_file.write_text("[guard]\ndelay_seconds = 30\n")
    return "make deploy"


def change_schedule(doctor_guard: DoctorGuard) -> str:
    name = doctor_guard.physical_id("AWS::Events::Rule", "SweepSchedule").rpartition("/")[2]
    doctor_guard.aws.client("events").put_rule(Name=name, ScheduleExpression="rate(7 days)")
    return "make deploy"


def stop_function(doctor_guard: DoctorGuard) -> str:
    name = doctor_guard.stack.function("push_guard")
    doctor_guard.aws.client("lambda").put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=0
    )
    return f"delete-function-concurrency --region eu-central-1 --function-name {name}"


def add_secret(doctor_guard: DoctorGuard) -> str:
    doctor_guard.guard_file.write_text('[[slack.channel]]\nname = "ops"\nsecret = "guard/slack"\n')
    return "create-secret --region eu-central-1 --name guard/slack"


@pytest.mark.parametrize(
    ("break_guard", "name", "observation"),
    [
        (disable_rule, "rule PushGuard", "disabled"),
        (change_pattern, "rule PushGuard", "pattern or schedule differs"),
        (remove_target, "target of PushGuard", "no queue"),
        (remove_queue_policy, "policy of queue", "does not allow"),
        (add_dead_letter, "dead-letter queue", "messages waiting: 1"),
        (disable_mapping, "event source mapping of", "disabled"),
        (change_role, "role of push_guard", "another-role"),
        (leave_unconfirmed, "subscription of team@example.com", "not confirmed"),
        (unsubscribe, "subscriptions", "no recipient"),
        (change_schedule, "rule SweepSchedule", "pattern or schedule differs"),
        (stop_function, "concurrency of push_guard", "never runs"),
        (edit_settings, "settings", "differs"),
        (add_secret, "webhook of ops", "does not exist"),
    ],
)
def test_a_broken_part_is_reported_with_its_fix(
    doctor_guard: DoctorGuard,
    break_guard: Callable[[DoctorGuard], str],
    name: str,
    observation: str,
) -> None:
    fix = break_guard(doctor_guard)

    problems = doctor_guard.problems()

    (check,) = [item for found, item in problems.items() if found.startswith(name)]
    assert check.outcome is Outcome.FAILED
    assert observation in check.found
    assert fix in check.fix
    # The file with the secret differs from the deployed settings: a second failed check.
    assert len(problems) == (2 if break_guard is add_secret else 1), problems
    assert exit_status(list(problems.values())) == 1


def test_a_denied_check_has_an_unknown_outcome() -> None:
    def group() -> Iterator[Check]:
        yield Check("before", Outcome.OK, "healthy")
        error: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(error, "DescribeRule")

    checks = run_checks("rules", group)

    assert [(check.name, check.outcome) for check in checks] == [
        ("before", Outcome.OK),
        ("rules", Outcome.UNKNOWN),
    ]
    assert checks[1].found == "could not be checked (AccessDeniedException)"
    assert exit_status(checks) == 2


def test_doctor_prints_a_list_or_json(
    doctor_guard: DoctorGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    disable_rule(doctor_guard)
    arguments = ["doctor", "--settings", str(doctor_guard.guard_file)]

    assert main(arguments) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"ecr-platform-guard in eu-central-1 of {doctor_guard.aws.account}"
    assert any(line.startswith("  failed   rule PushGuard") for line in lines)
    regions = ["--region", "us-east-1", "--region", "eu-central-1"]
    assert main([*arguments, "--json", *regions]) == 1
    printed = capsys.readouterr()
    assert "Stack ecr-platform-guard not found in us-east-1" in printed.err
    result = json.loads(printed.out)
    assert result["region"] == "eu-central-1"
    assert {"name", "outcome", "found", "fix"} == set(result["checks"][0])


def test_control_characters_are_not_printed() -> None:
    check = Check("x", Outcome.OK, "\x1b[31mred\nnext")

    text = render_checks("title", [check])

    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    assert checks_as_json([check])[0]["outcome"] == "ok"
