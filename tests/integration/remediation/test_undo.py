"""`history` and `undo`: what the deployed guard did is listed and reversed byte for byte."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from platform_guard_cli.main import main
from tests.support.command_line import run_command
from tests.support.destructive_guard import MUTABILITY, RepositoryFactory
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64

History = Callable[..., list[dict[str, str]]]

# ECR metadata that changes when an image leaves and returns. Undo cannot reset it.
CHANGED_BY_ECR = {
    "tag": (),
    "later": (),
    "quarantine": (),
    "archive": ("lastArchivedAt", "lastActivatedAt", "imageStatus"),
    "delete": ("imagePushedAt",),
}


@pytest.fixture
def history(capsys: pytest.CaptureFixture[str]) -> History:
    def read(*arguments: str) -> list[dict[str, str]]:
        capsys.readouterr()
        assert main(["history", "--json", *arguments]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


@pytest.mark.parametrize("case", [PLAIN_ARM64, MAC_BUILD], ids=["plain", "index"])
@pytest.mark.parametrize("mutability", MUTABILITY)
@pytest.mark.parametrize("remedy", CHANGED_BY_ECR)
def test_undo_restores_the_exact_previous_state(
    new_repository: RepositoryFactory, history: History, remedy: str, mutability: str, case: str
) -> None:
    repository = new_repository(remedy).create(mutability)
    repository.push(case)
    before = repository.listing(*CHANGED_BY_ECR[remedy])
    repository.run()
    assert repository.listing(*CHANGED_BY_ECR[remedy]) != before or remedy == "archive"
    (entry,) = history(repository.name)

    assert main(["undo", entry["id"], "--yes"]) == 0

    assert repository.listing(*CHANGED_BY_ECR[remedy]) == before
    assert repository.marks() == set()
    (undone,) = history(repository.name)
    assert undone["state"] == "undone"
    assert undone["undone_by"].startswith("arn:aws:")


@pytest.mark.parametrize("remedy", ["quarantine", "delete", "archive"])
def test_an_undone_image_is_ignored_until_it_is_pushed_again(
    new_repository: RepositoryFactory, history: History, remedy: str
) -> None:
    repository = new_repository(remedy).create()
    repository.push(PLAIN_ARM64)
    repository.run()
    reported = len(repository.reported_remedies())
    main(["undo", history(repository.name)[0]["id"], "--yes"])
    before = repository.listing()

    repository.run()

    assert repository.listing() == before
    assert len(repository.reported_remedies()) == reported


def test_history_lists_entries_newest_first(
    new_repository: RepositoryFactory, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    repository, other = (new_repository("quarantine").create() for _ in range(2))
    for tag in ("1.0", "1.1"):
        repository.push(PLAIN_ARM64, tag)
        repository.run()
    other.push(PLAIN_ARM64, "1.0")
    other.run()

    entries = history(repository.name)
    assert {entry["tag"] for entry in entries} == {"1.0", "1.1"}
    assert [entry["at"] for entry in entries] == sorted(
        (entry["at"] for entry in entries), reverse=True
    )
    assert entries[0]["rule"].startswith("rule 1")
    assert {entry["repository"] for entry in history()} >= {repository.name, other.name}
    assert len(history("--limit", "1")) == 1
    capsys.readouterr()
    main(["history", repository.name])
    shown = capsys.readouterr().out
    assert entries[0]["id"] in shown
    assert "was removed" in shown


def test_undo_does_not_move_a_tag_that_names_another_image(
    new_repository: RepositoryFactory, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    repaired = repository.push(PLAIN_AMD64)
    repository.run()
    (entry,) = history(repository.name)

    assert main(["undo", entry["id"], "--yes"]) == 1

    assert "now names another image" in capsys.readouterr().err
    assert repository.images()[repaired] == ["1.0"]
    assert repository.marks() != set()


def test_a_deleted_image_whose_layers_are_gone_cannot_be_stored_again(
    new_repository: RepositoryFactory, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = new_repository("delete").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    repository.forget_layers()
    (entry,) = history(repository.name)

    assert main(["undo", entry["id"], "--yes"]) == 1

    assert "its layers are gone from the registry; push the image again" in (
        capsys.readouterr().err
    )
    assert repository.images() == {}


def test_undoing_twice_is_refused(
    new_repository: RepositoryFactory, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    (entry,) = history(repository.name)
    main(["undo", entry["id"], "--yes"])

    assert main(["undo", entry["id"], "--yes"]) == 1

    assert "it was undone already" in capsys.readouterr().err


@pytest.mark.usefixtures("new_repository")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["undo", "0000", "--yes"], "No action 0000 in the ledger in eu-central-1."),
        (["undo", "0000", "--stack", "other"], "Stack other in eu-central-1 is not a guard"),
        (["history", "--region", "us-east-1"], "Stack ecr-platform-guard in us-east-1 is not"),
    ],
)
def test_a_usage_error_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    error = capsys.readouterr().err
    assert error.startswith(f"platform-guard: {message}")
    assert len(error.splitlines()) == 1


@pytest.mark.usefixtures("new_repository")
@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ([], "No actions on shop/typo in eu-central-1.\n"),
        (["--json"], ""),
    ],
)
def test_an_empty_history_names_the_searched_regions(
    arguments: list[str], output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", "shop/typo", *arguments]) == 0

    assert capsys.readouterr().out == output


@pytest.mark.parametrize("limit", ["x", "0", "-1", "1.5"])
def test_an_invalid_limit_is_reported(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_command(capsys, "history", f"--limit={limit}")

    assert ran.status == 2
    assert f"argument --limit: invalid number {limit!r}; use 1 or more" in ran.errors


def test_configured_regions_are_searched_and_one_without_a_guard_is_reported(
    new_repository: RepositoryFactory, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    settings = tmp_path / "guard.toml"
    settings.write_text('[deploy]\nregions = ["us-east-1", "eu-central-1"]\n')
    where = ["--settings", str(settings)]

    shown = run_command(capsys, "history", "--json", repository.name, *where)
    entry = json.loads(shown.output)
    undone = run_command(capsys, "undo", entry["id"], "--yes", *where)

    assert entry["region"] == "eu-central-1"
    assert shown.status == 2
    assert undone.status == 0
    for ran in (shown, undone):
        assert "Stack ecr-platform-guard in us-east-1 is not a guard" in ran.errors
        assert ran.errors.count("\n") == 1


def test_end_of_input_at_the_undo_prompt_means_no(
    new_repository: RepositoryFactory,
    history: History,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    before = repository.listing()
    (entry,) = history(repository.name)
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)

    assert main(["undo", entry["id"]]) == 0

    assert "Nothing was changed." in capsys.readouterr().out
    assert repository.listing() == before


def test_undo_does_not_prompt_without_a_terminal(
    new_repository: RepositoryFactory, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()
    before = repository.listing()

    assert main(["undo", history(repository.name)[0]["id"]]) == 2

    assert "Use --yes to skip the confirmation" in capsys.readouterr().err
    assert repository.listing() == before


def test_the_alert_contains_the_undo_command(
    new_repository: RepositoryFactory, history: History
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(PLAIN_ARM64)
    repository.run()

    (entry,) = history(repository.name)
    alert = json.loads(repository.guard.alerts()[-1].texts["sqs"])
    commands = [command for fix in alert["fixes"] for command in fix["commands"]]
    assert f"platform-guard undo {entry['id']} --region eu-central-1" in commands
