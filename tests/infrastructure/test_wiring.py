"""Wiring: rules → queue → function, dead letters, settings, layer, log."""

from importlib.metadata import version

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Part, Template, actions, as_text, logical_id

RULES = {"push_guard": 1, "pull_diagnosis": 3, "alert_dispatch": 0, "sweep": 2}
SLACK = '[[slack.channel]]\nname = "platform"\nsecret = "platform-guard/slack"\n'
REPORTING = ("push_guard", "alert_dispatch")


@pytest.fixture(params=RULES)
def module(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def part(template: Template, module: str) -> Part:
    return template.part(module)


def test_only_the_functions_of_the_guard_are_deployed(template: Template) -> None:
    assert len(template.resources("AWS::Lambda::Function")) == len(RULES)


def test_events_reach_the_function_through_its_queue(part: Part, module: str) -> None:
    assert len(part.rules) == RULES[module]
    assert all(rule["State"] == "ENABLED" for rule in part.rules.values())


def test_one_failed_event_does_not_return_its_batch(part: Part) -> None:
    assert part.mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_event_source_mapping_limits_concurrency(part: Part) -> None:
    copies = 5 if part.function["Handler"] == "sweep.handler" else 10

    assert part.mapping["ScalingConfig"] == {"MaximumConcurrency": copies}


def test_the_settings_limit_and_reserve_the_concurrency_of_every_function(
    synthesize: Synthesize,
) -> None:
    template = synthesize(f"""
        {SLACK}
        [deploy]
        max_concurrency = 3
        reserve_concurrency = true
    """).template
    functions = template.resources("AWS::Lambda::Function").values()
    mappings = template.resources("AWS::Lambda::EventSourceMapping").values()

    assert {each["Handler"] for each in functions} > {"slack_notifier.handler", "sweep.handler"}
    assert {each["ReservedConcurrentExecutions"] for each in functions} == {3}
    assert len(mappings) == len(functions)
    assert {each["ScalingConfig"]["MaximumConcurrency"] for each in mappings} == {3}


def test_a_batch_in_progress_is_not_received_again(part: Part) -> None:
    assert part.queue["VisibilityTimeout"] >= 6 * part.function["Timeout"]


def test_loop_detection_is_off_for_functions_that_send_to_their_own_queue(
    everything: Template,
) -> None:
    template = everything
    handlers = [item["Handler"] for item in template.resources("AWS::Lambda::Function").values()]
    parts = {name: template.part(name) for name in (it.removesuffix(".handler") for it in handlers)}

    sending = {name for name, part in parts.items() if _sends_to_its_own_queue(part)}
    assert sending == {"sweep", "alert_dispatch"}
    for name, part in parts.items():
        assert part.function.get("RecursiveLoop") == ("Allow" if name in sending else None)


def _sends_to_its_own_queue(part: Part) -> bool:
    return any(
        "sqs:SendMessage" in actions(statement)
        and as_text(statement["Resource"]) == f"${{{part.queue_id}.Arn}}"
        for statement in part.role_statements()
        if "sqs:SendMessage" in actions(statement)
    )


def test_the_settings_delay_pushes_and_no_other_events(
    template: Template, alert_only: Template
) -> None:
    def delays(of: Template) -> list[int]:
        return [of.part(module).queue.get("DelaySeconds", 0) for module in RULES]

    assert delays(template) == [15, 0, 0, 0]
    assert delays(alert_only) == [0, 0, 0, 0]


def test_undeliverable_and_failed_events_stay_in_the_dead_letter_queue_for_14_days(
    template: Template, part: Part
) -> None:
    redrive = part.queue["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 4
    for rule in part.rules.values():
        (target,) = rule["Targets"]
        assert redrive["deadLetterTargetArn"] == target["DeadLetterConfig"]["Arn"]
    assert template.at(redrive["deadLetterTargetArn"])["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_functions_get_topic_table_and_queues_from_the_environment(
    template: Template, part: Part, module: str
) -> None:
    (topic_id,) = template.resources("AWS::SNS::Topic")
    (table_id,) = template.resources("AWS::DynamoDB::Table")

    dispatch = {"GUARD_DISPATCH_QUEUE_URL": {"Ref": template.part("alert_dispatch").queue_id}}
    queues = {
        "GUARD_PUSH_QUEUE_URL": {"Ref": template.part("push_guard").queue_id},
        "GUARD_SWEEP_QUEUE_URL": {"Ref": template.part("sweep").queue_id},
    }
    assert part.function["Environment"]["Variables"] == {
        **(queues if module == "sweep" else {}),
        **(dispatch if module in REPORTING else {}),
        "GUARD_TOPIC_ARN": {"Ref": topic_id},
        "GUARD_STATE_TABLE": {"Ref": table_id},
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "EcrPlatformGuard",
        "POWERTOOLS_SERVICE_NAME": module.replace("_", "-"),
    }


def test_the_table_has_the_schema_of_powertools_idempotency(template: Template) -> None:
    table = template.only("AWS::DynamoDB::Table")

    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert {"AttributeName": "id", "AttributeType": "S"} in table["AttributeDefinitions"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


def test_the_layer_has_the_powertools_version_of_the_tests(template: Template, part: Part) -> None:
    (layer,) = part.function["Layers"]
    parameter = template.content["Parameters"][logical_id(layer)]

    assert part.function["Architectures"] == ["arm64"]
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<String>"
    assert parameter["Default"] == (
        f"/aws/service/powertools/python/arm64/{part.function['Runtime']}/"
        f"{version('aws-lambda-powertools')}"
    )


def test_logs_are_kept_for_three_months_in_text_format(template: Template, part: Part) -> None:
    logging = part.function["LoggingConfig"]

    assert logging["LogFormat"] == "Text"
    assert template.at(logging["LogGroup"])["RetentionInDays"] == 90


def test_each_address_of_the_settings_is_subscribed_to_the_topic(
    template: Template, alert_only: Template
) -> None:
    (topic_id,) = alert_only.resources("AWS::SNS::Topic")
    subscriptions = alert_only.resources("AWS::SNS::Subscription").values()

    assert {(entry["Protocol"], entry["Endpoint"]) for entry in subscriptions} == {
        ("email", "team@example.com"),
        ("email", "on-call@example.com"),
    }
    assert all(logical_id(entry["TopicArn"]) == topic_id for entry in subscriptions)
    assert not template.resources("AWS::SNS::Subscription")
