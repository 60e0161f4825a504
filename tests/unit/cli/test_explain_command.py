"""`platform-guard explain` from the user's point of view."""

import contextlib
import io
import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard_cli.errors import UsageError
from platform_guard_cli.explain.command import explain
from tests.support.command_line import CommandResult, run_command
from tests.support.golden import golden
from tests.support.paths import KNOWN_PULL_ERRORS
from tests.support.stops import EVENTS, event

TEXT = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does "
    "not contain descriptor matching platform 'linux/amd64'"
)
KNOWN = json.loads(KNOWN_PULL_ERRORS.read_text(encoding="utf-8"))


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


class Command:
    """Runs the command and captures its output."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.monkeypatch = monkeypatch

    def __call__(self, *arguments: str, given: bytes | None = None) -> CommandResult:
        wrapper = Terminal if given is None else io.TextIOWrapper
        self.monkeypatch.setattr(sys, "stdin", wrapper(io.BytesIO(given or b"")))
        return run_command(self.capsys, "explain", *arguments)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def test_a_text_is_explained_for_people(run: Command) -> None:
    ran = run(TEXT)

    assert (ran.status, ran.errors) == (0, "")
    assert ran.output == golden("diagnosis/explain-text")


@pytest.mark.parametrize("arguments", [["-"], []], ids=["dash", "nothing"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
def test_a_text_is_read_from_standard_input(run: Command, arguments: list[str], mark: str) -> None:
    ran = run(*arguments, given=f"{mark}{TEXT}\n".encode())

    assert ran == run(TEXT)


def test_json_is_one_object_with_the_agreed_keys(run: Command) -> None:
    ran = run("--json", TEXT)

    assert len(ran.output.splitlines()) == 1
    explained = json.loads(ran.output)
    assert list(explained) == ["cause", "platform", "image", "summary", "fixes", "truncated"]
    assert explained["cause"] == "platform-mismatch"
    assert explained["platform"] == "linux/amd64"
    assert explained["image"] is None
    assert explained["truncated"] is False
    assert [list(fix) for fix in explained["fixes"]] == [["title", "commands"]] * 5
    assert "docker buildx build --platform linux/amd64" in explained["fixes"][0]["commands"][0]


@pytest.mark.parametrize("known", KNOWN, ids=[known["message"][:60] for known in KNOWN])
def test_a_real_error_of_ecs_is_explained(run: Command, known: dict[str, object]) -> None:
    ran = run("--json", str(known["message"]))

    causes = known["causes"]
    assert isinstance(causes, list)
    assert ran.status == 0
    assert json.loads(ran.output)["cause"] in causes


@pytest.mark.parametrize("text", ["hello", "{", "{'a': 1}", "OutOfMemoryError", "[1]", '"a"'])
def test_a_text_without_a_known_cause_is_explained_as_unknown(run: Command, text: str) -> None:
    ran = run("--json", text)

    assert (ran.status, ran.errors) == (0, "")
    assert json.loads(ran.output)["cause"] in (Cause.UNKNOWN, Cause.NOT_A_PULL_ERROR)


def test_an_event_is_explained_with_its_names(run: Command) -> None:
    ran = run("--json", given=(EVENTS / "fargate-platform-mismatch.json").read_bytes())

    explained = json.loads(ran.output)
    commands = [command for fix in explained["fixes"] for command in fix["commands"]]
    assert explained["image"].endswith("/shop/api:1.4.2")
    assert any("--cluster prod --service api" in command for command in commands)


@pytest.mark.parametrize("is_queried", [False, True], ids=["whole", "--query tasks"])
def test_each_described_task_that_stopped_is_explained(run: Command, is_queried: bool) -> None:
    names = ["fargate-platform-mismatch", "running", "fargate-image-not-found", "fargate-secret"]
    tasks = [event(name)["detail"] for name in names]
    answer = tasks if is_queried else {"tasks": tasks, "failures": []}

    ran = run("--json", json.dumps(answer, indent=4))

    assert [json.loads(line)["cause"] for line in ran.output.splitlines()] == [
        "platform-mismatch",
        "image-not-found",
        "not-a-pull-error",
    ]


def test_a_task_that_ended_at_once_is_not_called_healthy(run: Command) -> None:
    ran = run(given=(EVENTS / "fargate-exec-format.json").read_bytes())

    assert "if its log says exec format error" in " ".join(ran.output.split())


@pytest.mark.parametrize(
    ("given", "arguments", "expected"),
    [
        pytest.param(None, [], "Nothing to explain", id="a terminal"),
        pytest.param(b"", [], "text is empty", id="nothing"),
        pytest.param(b" \n", ["-"], "text is empty", id="blanks"),
        pytest.param(None, [""], "text is empty", id="an empty argument"),
        pytest.param(None, [str(EVENTS / "running.json")], "is a file. Run", id="a file"),
        pytest.param(b"{}", [], "detail is missing", id="empty JSON"),
        pytest.param(b'{"tasks": []}', [], "No stopped task", id="no tasks"),
        pytest.param(b"[{}]", [], "No stopped task", id="a list without tasks"),
        pytest.param(b'{"tasks": 5}', [], "tasks is missing", id="tasks of a number"),
        pytest.param((EVENTS / "running.json").read_bytes(), [], "RUNNING", id="running"),
        pytest.param(None, ["one", "two"], "unrecognized arguments", id="two texts"),
    ],
)
def test_a_usage_error_is_reported_in_one_line(
    run: Command, given: bytes | None, arguments: list[str], expected: str
) -> None:
    ran = run(*arguments, given=given)

    assert (ran.status, ran.output) == (2, "")
    assert len(ran.errors.splitlines()) == 1
    assert expected in ran.errors


def test_undecodable_bytes_are_explained(run: Command) -> None:
    assert run("--json", given=b"\xff\xfe CannotPullContainerError").status == 0


@given(st.text(max_size=300) | st.binary(max_size=100).map(lambda data: data.decode("latin-1")))
@settings(max_examples=50)
def test_any_text_is_explained_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert list(explain(text))
