import json

import pytest

from platform_guard_emulator.iam.policy import Decision, evaluate

REPOSITORY = "arn:aws:ecr:eu-central-1:123456789012:repository/team/app"
CONTEXT = {"aws:ResourceAccount": "123456789012", "ecs:cluster": "arn:aws:ecs:::cluster/blue"}


def _policy(*statements: dict[str, object]) -> list[str]:
    return [json.dumps({"Version": "2012-10-17", "Statement": list(statements)})]


def _allow(**element: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "ecr:PutImage", "Resource": "*", **element}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(_allow(), Decision.ALLOWED, id="any resource"),
        pytest.param(_allow(Resource=REPOSITORY), Decision.ALLOWED, id="that resource"),
        pytest.param(_allow(Resource=f"{REPOSITORY}-2"), Decision.NOT_ALLOWED, id="another one"),
        pytest.param(
            _allow(Resource=["arn:aws:ecr:*:*:repository/other", REPOSITORY[:-3] + "*"]),
            Decision.ALLOWED,
            id="one of several patterns",
        ),
        pytest.param(
            _allow(Resource="arn:aws:ecr:eu-central-1:?:repository/team/app"),
            Decision.NOT_ALLOWED,
            id="a question mark is one character",
        ),
        pytest.param(_allow(Action="ECR:put*"), Decision.ALLOWED, id="actions ignore case"),
        pytest.param(_allow(Action=["ecr:GetImage"]), Decision.NOT_ALLOWED, id="another action"),
        pytest.param(
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            Decision.ALLOWED,
            id="NotAction with other actions",
        ),
        pytest.param(
            {"Effect": "Allow", "Action": "*", "NotResource": REPOSITORY},
            Decision.NOT_ALLOWED,
            id="NotResource with that resource",
        ),
        pytest.param(
            _allow(Condition={"StringEquals": {"aws:ResourceAccount": "123456789012"}}),
            Decision.ALLOWED,
            id="condition that holds",
        ),
        pytest.param(
            _allow(Condition={"StringNotEquals": {"aws:ResourceAccount": ["123456789012"]}}),
            Decision.NOT_ALLOWED,
            id="condition that does not hold",
        ),
        pytest.param(
            _allow(Condition={"ArnLike": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/b*"}}),
            Decision.ALLOWED,
            id="condition on an ARN pattern",
        ),
    ],
)
def test_a_statement_determines_the_decision(
    statement: dict[str, object], expected: Decision
) -> None:
    assert evaluate(_policy(statement), "ecr:PutImage", REPOSITORY, CONTEXT) is expected


def test_an_explicit_deny_overrides_an_allow_in_another_policy() -> None:
    documents = _policy(_allow()) + _policy({**_allow(), "Effect": "Deny"})

    assert evaluate(documents, "ecr:PutImage", REPOSITORY, {}) is Decision.EXPLICITLY_DENIED


def test_without_a_policy_nothing_is_allowed() -> None:
    assert evaluate([], "ecr:PutImage", REPOSITORY, {}) is Decision.NOT_ALLOWED


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, id="unknown key"),
        pytest.param({"IpAddress": {"ecs:cluster": "10.0.0.0/8"}}, id="unknown operator"),
    ],
)
def test_an_unsupported_condition_raises_an_error(condition: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError):
        evaluate(_policy(_allow(Condition=condition)), "ecr:PutImage", REPOSITORY, CONTEXT)
