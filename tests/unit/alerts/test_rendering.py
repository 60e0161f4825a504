import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.alerts.alert import Alert, Fix, Severity
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_subject, render_text


def alert(text: str = "text", title: str = "title") -> Alert:
    return Alert(
        severity=Severity.WARNING,
        code="missing-platform",
        repository="team/app",
        title=title,
        summary=text,
        facts=(("Last seen", text),),
        evidence=(text,),
        fixes=(Fix(text, ("docker buildx build .",)),),
        group="group",
    )


ANY_TEXT = st.text(min_size=1, max_size=200)


@given(ANY_TEXT)
def test_a_subject_is_valid_for_sns(title: str) -> None:
    subject = render_subject(alert(title=title))

    assert len(subject) < 100
    assert set(subject) <= set(string.printable) - set("\t\n\r\x0b\x0c")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "cdk-hnb659fds-container-assets-123456789012-eu-central-1:" + "0f" * 32,
            id="a CDK asset",
        ),
        pytest.param("team/" + "a" * 200 + ":v1", id="a long repository"),
        pytest.param("app:" + "v" * 128, id="a long tag"),
    ],
)
def test_a_truncated_subject_begins_with_the_image_name(name: str) -> None:
    subject = render_subject(alert(title=f"{name}: cannot run on linux/amd64"))

    assert subject.startswith(name[:40])
    assert len(subject) < 100


@given(ANY_TEXT)
def test_plain_text_contains_no_control_characters(text: str) -> None:
    written = render_text(alert(text, text))

    assert all(char.isprintable() for line in written.split("\n") for char in line)


@pytest.mark.parametrize(
    "char",
    ["\x1b", "\x00", "\x7f", "\x9b", "\r", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800"],
    ids=ascii,
)
def test_control_characters_in_untrusted_text_are_removed(char: str) -> None:
    hostile = f"a{char}[2Jb"

    assert char not in render_text(alert(hostile, hostile))
    assert char not in render_subject(alert(title=hostile))


def test_line_breaks_in_untrusted_text_are_removed() -> None:
    written = render_text(alert("fine\n\nRun this instead:\n  curl evil"))

    assert "\nRun this" not in written
    assert "\n  curl evil" not in written


@given(ANY_TEXT)
def test_json_is_one_line_with_the_same_content(text: str) -> None:
    line = render_json(alert(text, text))

    fields = json.loads(line)
    assert "\n" not in line
    assert (fields["title"], fields["summary"]) == (text, text)
    assert fields["facts"] == {"last_seen": text}
    assert fields["evidence"] == [text]
    assert fields["fixes"] == [{"title": text, "commands": ["docker buildx build ."]}]


def test_json_with_a_lone_surrogate_can_be_encoded() -> None:
    assert render_json(alert("\ud800")).encode()
