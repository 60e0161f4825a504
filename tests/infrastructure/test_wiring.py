"""What leads where: rule → queue → function, dead letters → alarm → topic."""

from importlib.metadata import version

from tests.infrastructure.template import Template, logical_id


def test_a_push_reaches_the_push_guard_through_the_queue(template: Template) -> None:
    rule = template.only("AWS::Events::Rule")
    (target,) = rule["Targets"]
    mapping = template.only("AWS::Lambda::EventSourceMapping")

    assert rule["State"] == "ENABLED"
    assert logical_id(mapping["EventSourceArn"]) == logical_id(target["Arn"])
    assert template.at(mapping["FunctionName"])["Handler"] == "push_guard.handler"


def test_one_bad_event_does_not_bring_its_batch_back(template: Template) -> None:
    mapping = template.only("AWS::Lambda::EventSourceMapping")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_storm_of_pushes_leaves_the_account_its_concurrency(template: Template) -> None:
    mapping = template.only("AWS::Lambda::EventSourceMapping")

    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}


def test_a_batch_is_not_received_again_while_it_is_handled(template: Template) -> None:
    mapping = template.only("AWS::Lambda::EventSourceMapping")
    timeout = template.at(mapping["FunctionName"])["Timeout"]

    assert template.at(mapping["EventSourceArn"])["VisibilityTimeout"] >= 6 * timeout


def test_events_wait_as_long_as_the_settings_say(template: Template, alert_only: Template) -> None:
    def delay(of: Template) -> int:
        (target,) = of.only("AWS::Events::Rule")["Targets"]
        seconds: int = of.at(target["Arn"])["DelaySeconds"]
        return seconds

    assert delay(template) == 15
    assert delay(alert_only) == 0


def test_what_cannot_be_delivered_or_handled_ends_in_the_dead_letters_for_14_days(
    template: Template,
) -> None:
    (target,) = template.only("AWS::Events::Rule")["Targets"]
    redrive = template.at(target["Arn"])["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 4
    assert redrive["deadLetterTargetArn"] == target["DeadLetterConfig"]["Arn"]
    assert template.at(redrive["deadLetterTargetArn"])["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_the_first_dead_letter_raises_an_alarm_on_the_topic(template: Template) -> None:
    (target,) = template.only("AWS::Events::Rule")["Targets"]
    alarm = template.only("AWS::CloudWatch::Alarm")
    (dimension,) = alarm["Dimensions"]
    (topic_id,) = template.resources("AWS::SNS::Topic")

    assert dimension["Name"] == "QueueName"
    assert logical_id(dimension["Value"]) == logical_id(target["DeadLetterConfig"]["Arn"])
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "Maximum",
        "GreaterThanThreshold",
        0,
    )
    assert alarm["TreatMissingData"] == "notBreaching"
    assert [logical_id(action) for action in alarm["AlarmActions"]] == [topic_id]


def test_the_function_is_told_where_to_alert_and_what_to_remember_in(template: Template) -> None:
    environment = template.only("AWS::Lambda::Function")["Environment"]["Variables"]
    (topic_id,) = template.resources("AWS::SNS::Topic")
    (table_id,) = template.resources("AWS::DynamoDB::Table")

    assert environment == {
        "GUARD_TOPIC_ARN": {"Ref": topic_id},
        "GUARD_STATE_TABLE": {"Ref": table_id},
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "EcrPlatformGuard",
        "POWERTOOLS_SERVICE_NAME": "push-guard",
    }


def test_the_table_is_what_powertools_idempotency_writes_to(template: Template) -> None:
    table = template.only("AWS::DynamoDB::Table")

    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


def test_the_layer_is_the_powertools_that_the_tests_run_with(template: Template) -> None:
    function = template.only("AWS::Lambda::Function")
    (layer,) = function["Layers"]
    parameter = template.content["Parameters"][logical_id(layer)]

    assert function["Architectures"] == ["arm64"]
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<String>"
    assert parameter["Default"] == (
        f"/aws/service/powertools/python/arm64/{function['Runtime']}/"
        f"{version('aws-lambda-powertools')}"
    )


def test_the_log_is_kept_for_three_months_as_powertools_writes_it(template: Template) -> None:
    logging = template.only("AWS::Lambda::Function")["LoggingConfig"]

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
