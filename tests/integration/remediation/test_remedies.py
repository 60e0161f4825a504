"""Destructive remedies from the push event on, with their template, role and policy.

All tests share one deployment; each has its own repository.
"""

import json

import pytest

from tests.support.destructive_guard import REMEDIES, RepositoryFactory
from tests.support.ecs import Shop
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64
from tests.support.stop_events import REGISTRY, stop_event

CASES = pytest.mark.parametrize("case", [PLAIN_ARM64, MAC_BUILD], ids=["plain", "index"])


@CASES
def test_a_bad_image_is_quarantined(new_repository: RepositoryFactory, case: str) -> None:
    repository = new_repository("quarantine").create()
    digest = repository.push(case)

    repository.run()

    mark = f"platform-guard.missing-platform.1.0.{digest[7:19]}"
    assert repository.images()[digest] == [mark]
    assert repository.reported_remedies() == [
        f"quarantined: its tag 1.0 was removed; the image keeps the tag {mark}"
    ]


@CASES
def test_a_bad_image_is_archived(new_repository: RepositoryFactory, case: str) -> None:
    repository = new_repository("archive").create()
    digest = repository.push(case)

    repository.run()

    (archived,) = [item for item in repository.described() if item["imageDigest"] == digest]
    assert archived["imageStatus"] == "ARCHIVED"
    assert len(archived["imageTags"]) == 2
    assert [sentence.partition(":")[0] for sentence in repository.reported_remedies()] == [
        "archived"
    ]


@CASES
def test_a_bad_image_is_deleted_with_its_children(
    new_repository: RepositoryFactory, case: str
) -> None:
    repository = new_repository("delete").create()
    repository.push(case)

    repository.run()

    assert repository.images() == {}
    assert repository.reported_remedies() == ["deleted, and its tag 1.0 with it"]


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_good_image_is_left_alone(new_repository: RepositoryFactory, remedy: str) -> None:
    repository = new_repository(remedy).create()
    repository.push(PLAIN_AMD64)
    before = repository.listing()

    repository.run()

    assert repository.listing() == before
    assert repository.reported_remedies() == []


@pytest.mark.parametrize("remedy", REMEDIES)
def test_the_guards_own_changes_never_start_it_again(
    new_repository: RepositoryFactory, remedy: str
) -> None:
    repository = new_repository(remedy).create()
    repository.push(MAC_BUILD)
    repository.run()

    assert repository.guard.drain() == []
    assert len(repository.reported_remedies()) == 1


@pytest.mark.parametrize("remedy", REMEDIES)
def test_an_image_with_another_tag_is_only_marked(
    new_repository: RepositoryFactory, remedy: str
) -> None:
    repository = new_repository(remedy).create()
    digest = repository.push(PLAIN_ARM64)
    repository.push(PLAIN_ARM64, tag="stable")

    repository.run()

    assert {"1.0", "stable"} < set(repository.images()[digest])
    assert all("but it also has the tag" in sentence for sentence in repository.reported_remedies())
    assert repository.reported_remedies()


def test_the_diagnosis_of_a_missing_image_names_its_quarantine_and_the_reason(
    new_repository: RepositoryFactory,
) -> None:
    repository = new_repository("quarantine").create()
    repository.push(MAC_BUILD)
    repository.run()
    image = f"{REGISTRY}/{repository.name}:1.0"
    text = f"CannotPullContainerError: failed to resolve ref {image}: {image}: not found"
    definition = Shop(repository.aws).define(image)

    repository.aws.emit(stop_event(definition=definition, image=image, text=text))
    repository.run()

    (summary,) = (
        str(json.loads(alert.texts["sqs"])["summary"])
        for alert in repository.guard.alerts()
        if alert.attributes["code"] == "image-not-found"
    )
    assert "quarantined: its tag 1.0 was removed" in summary
    assert "Why: it contains only linux/arm64; linux/amd64 is required." in summary
