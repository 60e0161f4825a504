"""platform-guard doctor on the deployed guard: healthy, and with each part broken in turn."""

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
    look_at,
    render_checks,
)
from platform_guard_cli.main import main
from tests.infrastructure.settings import HARDENED
from tests.support.doctor_guard import DoctorGuard, disable_rule


@pytest.mark.parametrize(
    "guard_toml", [pytest.param("", id="default"), pytest.param(HARDENED, id="hardened")]
)
def test_a_healthy_guard_passes_every_check(doctor_guard: DoctorGuard) -> None:
    checks = doctor_guard.examine()

    assert {check.outcome for check in checks} == {Outcome.OK}, doctor_guard.complaints()
    assert exit_status(checks) == 0
    for part in ("stack", "settings", "version", "subscriptions"):
        assert part in [check.name for check in checks]
    for start in ("rule ", "target of ", "policy of queue ", "dead letters in ", "function ",
                  "role of ", "concurrency of ", "queue ", "alarms"):  # fmt: skip
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


def close_queue(doctor_guard: DoctorGuard) -> str:
    doctor_guard.aws.client("sqs").set_queue_attributes(
        QueueUrl=doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardQueue"),
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": []})},
    )
    return "make deploy"


def leave_a_dead_letter(doctor_guard: DoctorGuard) -> str:
    url = doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardDeadLetters")
    doctor_guard.aws.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    queue = doctor_guard.physical_id("AWS::SQS::Queue", "PushGuardQueue").rpartition("/")[2]
    aws = doctor_guard.aws
    return f"--destination-arn arn:aws:sqs:{aws.region}:{aws.account}:{queue}"


def disable_mapping(doctor_guard: DoctorGuard) -> str:
    uuid = doctor_guard.physical_id("AWS::Lambda::EventSourceMapping", "PushGuard")
    doctor_guard.aws.client("lambda").update_event_source_mapping(UUID=uuid, Enabled=False)
    return f"--uuid {uuid} --enabled"


def give_another_role(doctor_guard: DoctorGuard) -> str:
    doctor_guard.aws.client("lambda").update_function_configuration(
        FunctionName=doctor_guard.stack.function("push_guard"),
        Role=f"arn:aws:iam::{doctor_guard.aws.account}:role/somebody-else",
    )
    return "make deploy"


def forget_to_confirm(doctor_guard: DoctorGuard) -> str:
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


def name_a_secret(doctor_guard: DoctorGuard) -> str:
    doctor_guard.guard_file.write_text('[[slack.channel]]\nname = "ops"\nsecret = "guard/slack"\n')
    return "create-secret --region eu-central-1 --name guard/slack"


@pytest.mark.parametrize(
    ("breaks", "complaint", "outcome"),
    [
        (disable_rule, "rule PushGuard", "is disabled"),
        (change_pattern, "rule PushGuard", "pattern or schedule differs"),
        (remove_target, "target of PushGuard", "no queue"),
        (close_queue, "policy of queue", "does not admit"),
        (leave_a_dead_letter, "dead letters in", "1 waiting"),
        (disable_mapping, "queue ", "is disabled"),
        (give_another_role, "role of push_guard", "somebody-else"),
        (forget_to_confirm, "subscription of team@example.com", "not confirmed"),
        (unsubscribe, "subscriptions", "no recipient"),
        (change_schedule, "rule SweepSchedule", "pattern or schedule differs"),
        (stop_function, "concurrency of push_guard", "never runs"),
        (edit_settings, "settings", "differs"),
        (name_a_secret, "webhook of ops", "does not exist"),
    ],
)
def test_each_part_that_is_broken_is_named_with_what_to_do(
    doctor_guard: DoctorGuard, breaks: Callable[[DoctorGuard], str], complaint: str, outcome: str
) -> None:
    fix = breaks(doctor_guard)

    complaints = doctor_guard.complaints()

    (check,) = [item for name, item in complaints.items() if name.startswith(complaint)]
    assert check.outcome is Outcome.FAILED
    assert outcome in check.found
    assert fix in check.fix
    # What Slack needs is in settings that were not deployed.
    assert len(complaints) == (2 if breaks is name_a_secret else 1), complaints
    assert exit_status(list(complaints.values())) == 1


def test_what_may_not_be_looked_at_is_unknown_and_not_well() -> None:
    def look() -> Iterator[Check]:
        yield Check("before", Outcome.OK, "seen")
        error: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(error, "DescribeRule")

    checks = look_at("rules", look)

    assert [(check.name, check.outcome) for check in checks] == [
        ("before", Outcome.OK),
        ("rules", Outcome.UNKNOWN),
    ]
    assert checks[1].found == "could not be looked at (AccessDeniedException)"
    assert exit_status(checks) == 2


def test_the_list_is_for_people_and_the_json_for_machines(
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
    notified = capsys.readouterr()
    assert "stack ecr-platform-guard not found in us-east-1" in notified.err
    printed = json.loads(notified.out)
    assert printed["region"] == "eu-central-1"
    assert {"name", "outcome", "found", "fix"} == set(printed["checks"][0])


def test_what_others_named_cannot_write_into_the_terminal() -> None:
    check = Check("x", Outcome.OK, "\x1b[31mred\nnext")

    text = render_checks("title", [check])

    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    assert checks_as_json([check])[0]["outcome"] == "ok"
