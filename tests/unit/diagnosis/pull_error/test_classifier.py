"""Published pull errors, complete, truncated, wrapped and reformatted."""

import json
from collections.abc import Callable
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.diagnosis.pull_error.classifier import Cause, classify
from platform_guard.diagnosis.pull_error.image_rules import IMAGE_RULES
from platform_guard.diagnosis.pull_error.registry_rules import REGISTRY_RULES
from platform_guard.diagnosis.pull_error.rule import Rule
from tests.support.paths import KNOWN_PULL_ERRORS

RULES = (*IMAGE_RULES, *REGISTRY_RULES)


class PublishedError(TypedDict):
    message: str
    causes: list[str]
    source: str
    fidelity: str
    platform: str
    field: str


PUBLISHED: list[PublishedError] = json.loads(KNOWN_PULL_ERRORS.read_text(encoding="utf-8"))

each_published_error = pytest.mark.parametrize(
    "error",
    PUBLISHED,
    ids=[f"{number:02}-{error['causes'][0]}" for number, error in enumerate(PUBLISHED, start=1)],
)


@each_published_error
def test_a_published_error_gets_its_best_cause(error: PublishedError) -> None:
    assert classify(error["message"]).cause == error["causes"][0]


@each_published_error
def test_the_text_of_an_error_is_kept_unchanged(error: PublishedError) -> None:
    assert classify(error["message"]).text == error["message"]


@pytest.mark.parametrize("ending", ["", "..."], ids=["cut", "ellipsis"])
@each_published_error
def test_a_truncated_text_never_gets_another_cause(error: PublishedError, ending: str) -> None:
    allowed = {*error["causes"], Cause.UNKNOWN}
    cuts = [error["message"][:length] + ending for length in range(len(error["message"]))]
    assert {cut: cause for cut in cuts if (cause := classify(cut).cause) not in allowed} == {}


LONGER_THAN_255 = [error for error in PUBLISHED if len(error["message"]) > 255]


@pytest.mark.parametrize("ending", ["", "..."], ids=["cut", "ellipsis"])
@pytest.mark.parametrize("error", LONGER_THAN_255, ids=lambda error: error["message"][:60])
def test_a_text_cut_to_255_characters_is_truncated(error: PublishedError, ending: str) -> None:
    cut = classify(error["message"][: 255 - len(ending)] + ending)
    assert cut.truncated


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CannotPullContainerError: x" + "y" * 997, id="1024-characters"),
        # The EC2 agent counts bytes; its typographic apostrophe has three.
        pytest.param("The task can\u2019t pull the image. " + "y" * 991, id="1024-bytes"),
        pytest.param(
            "CannotPullContainerError: ref pull has been retried 1 time(s): fai\u2026", id="…"
        ),
        pytest.param(
            "CannotPullContainerError: pull image manifest has been retr", id="in-a-phrase"
        ),
        pytest.param(
            "CannotPullContainerError: ref pull has been retried 1 time(s):", id="lead-in"
        ),
        pytest.param(
            "failed to resolve ref 1.dkr.ecr.eu-west-1.amazonaws.com/te", id="in-an-image"
        ),
        pytest.param("no match for platform in manifest sha256:b9ab2c28", id="in-a-digest"),
        pytest.param('failed to do request: Head "https://registry-1.dock', id="in-a-url"),
        pytest.param("failed to extract layer sha256:20ba: wri...", id="ellipsis"),
    ],
)
def test_a_text_with_an_unfinished_ending_is_truncated(text: str) -> None:
    assert classify(text).truncated


@each_published_error
def test_only_texts_published_as_truncated_are_truncated(error: PublishedError) -> None:
    is_truncated = "truncated" in error["fidelity"]
    assert classify(error["message"]).truncated == is_truncated


def test_a_text_truncated_before_its_cause_still_has_facts() -> None:
    text = (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: "
        "httpReaderSeeker: failed open: unexpected status code "
        "https://registry-1.docker.io/v2/amazon/aws-xray-daemon/manifests/sha256:2d964e1dbe7a..."
    )
    error = classify(text)
    assert error.cause is Cause.UNKNOWN
    assert error.rule is None
    assert error.truncated
    assert error.registry == "registry-1.docker.io"


REFORMATTED = [
    pytest.param(
        lambda text: f"(service web-7.x) was unable to place a task. Reason: {text}.",
        id="service-event",
    ),
    pytest.param(lambda text: f"Task failed to start - {text}", id="batch-status"),
    pytest.param(str.upper, id="upper-case"),
    pytest.param(str.lower, id="lower-case"),
    pytest.param(lambda text: text.replace(": ", ":\r\n  "), id="line-breaks"),
    pytest.param(lambda text: text.replace("Error: ", "Error "), id="no-colon-after-error-name"),
    pytest.param(lambda text: text.replace("'", "\u2019").replace('"', "\u201d"), id="quotes"),
    pytest.param(json.dumps, id="json"),
]

# Nothing follows the ellipsis of a truncated text.
COMPLETE = [error for error in PUBLISHED if "truncated" not in error["fidelity"]]


@pytest.mark.parametrize("form", REFORMATTED)
@pytest.mark.parametrize("error", COMPLETE, ids=lambda error: error["message"][:60])
def test_the_cause_does_not_depend_on_the_form_of_the_text(
    error: PublishedError, form: Callable[[str], str]
) -> None:
    before, after = classify(error["message"]), classify(form(error["message"]))
    assert (after.cause, after.rule) == (before.cause, before.rule)


@given(st.text(max_size=2_000))
def test_any_text_gets_a_cause(text: str) -> None:
    assert classify(text).text == text


@given(st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cc", "Zs", "Zl"])))
def test_a_text_without_letters_has_an_unknown_cause(text: str) -> None:
    assert classify(text).cause is Cause.UNKNOWN


# No letters, so that it adds no words.
NOISE = st.text(alphabet=st.characters(categories=["N", "P", "S", "Z"]), max_size=50)


@given(st.sampled_from(PUBLISHED), NOISE, NOISE)
def test_a_known_error_amid_other_text_keeps_its_cause(
    error: PublishedError, before: str, after: str
) -> None:
    assert classify(f"{before} {error['message']} {after}").cause in error["causes"]


def test_text_beyond_the_inspected_length_is_ignored() -> None:
    cause = "no matching manifest for linux/amd64 in the manifest list entries"
    assert classify(" " * 10_000 + cause).cause is Cause.UNKNOWN
    assert classify(" " * 9_000 + cause).cause is Cause.PLATFORM_MISMATCH


def test_every_cause_except_unknown_has_a_rule() -> None:
    assert {rule.cause for rule in RULES} == set(Cause) - {Cause.UNKNOWN}


def test_rules_have_unique_names() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_phrases_of_a_rule_are_in_lower_case(rule: Rule) -> None:
    phrases = [clue for clue in (*rule.says, *rule.also, *rule.unless) if isinstance(clue, str)]
    assert phrases == [clue.lower() for clue in phrases]
