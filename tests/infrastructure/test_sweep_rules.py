"""The schedule and event pattern of the sweep."""

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Template


def test_the_sweep_starts_daily_and_after_each_deployment_of_this_stack(template: Template) -> None:
    rules = template.part("sweep").rules.values()
    (schedule,) = [rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule]
    (pattern,) = [rule["EventPattern"] for rule in rules if "EventPattern" in rule]

    assert schedule == "rate(1 day)"
    assert pattern == {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {
            "stack-id": [{"Ref": "AWS::StackId"}],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    }


def test_the_sweep_receives_one_message_at_a_time_with_minutes_to_finish(
    template: Template,
) -> None:
    part = template.part("sweep")

    assert part.mapping["BatchSize"] == 1
    assert part.function["Timeout"] == 300


def test_the_settings_control_how_often_the_sweep_runs(synthesize: Synthesize) -> None:
    often = synthesize("[sweep]\nevery_hours = 6\n").template
    never = synthesize("[sweep]\nenabled = false\n").template

    schedules = [
        rule["ScheduleExpression"]
        for rule in often.resources("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule
    ]
    handlers = {f["Handler"] for f in never.resources("AWS::Lambda::Function").values()}
    assert schedules == ["rate(6 hours)"]
    assert "sweep.handler" not in handlers
