"""The bounds on reading an image: bytes, documents, depth and time."""

import pytest

from platform_guard.oci.image import Kind
from platform_guard.oci.reader import Bounds, ReadRequest, read_image
from tests.support.clock import SecondsClock
from tests.support.images import (
    OMIT,
    Blob,
    MemoryStore,
    config,
    index,
    listed,
    listed_image,
    manifest,
    read,
    unreadable_reason,
)
from tests.support.sample_images import (
    AMD64,
    AMD64_CONFIG,
    AMD64_IMAGE,
    ARM64_IMAGE,
    MULTI_PLATFORM,
)


def test_default_bounds() -> None:
    assert Bounds() == Bounds(
        manifest_bytes=4 * 2**20,
        config_bytes=8 * 2**20,
        nesting_depth=4,
        documents=200,
        seconds=60,
    )


def test_a_manifest_beyond_the_size_bound_is_unreadable() -> None:
    sufficient = Bounds(manifest_bytes=len(ARM64_IMAGE.content))
    too_small = Bounds(manifest_bytes=len(ARM64_IMAGE.content) - 1)

    assert read(ARM64_IMAGE, bounds=sufficient).kind is Kind.IMAGE
    reason = unreadable_reason(read(ARM64_IMAGE, bounds=too_small))
    assert reason == f"a manifest is larger than {too_small.manifest_bytes} bytes"


def test_a_child_beyond_the_size_bound_makes_the_image_unreadable() -> None:
    big = manifest(AMD64_CONFIG, annotations={"padding": "x" * 5_000})
    root = index(listed(big, "linux/amd64"))

    reason = unreadable_reason(read(root, bounds=Bounds(manifest_bytes=5_000)))

    assert reason == "a manifest is larger than 5000 bytes"


def test_a_config_whose_descriptor_exceeds_the_bound_is_not_fetched() -> None:
    store = MemoryStore.of(AMD64_IMAGE)
    bounds = Bounds(config_bytes=len(AMD64_CONFIG.content) - 1)

    reason = unreadable_reason(read(AMD64_IMAGE, store, bounds=bounds))

    assert reason == f"its config is larger than {bounds.config_bytes} bytes"
    assert store.calls == []


@pytest.mark.parametrize("claimed_size", [10, OMIT], ids=["too small", "omitted"])
def test_the_claimed_size_of_a_config_is_not_trusted(claimed_size: object) -> None:
    big = config("linux/amd64", padding="x" * 5_000)
    root = manifest(big, config=big.descriptor(size=claimed_size))

    reason = unreadable_reason(read(root, MemoryStore.of(big), bounds=Bounds(config_bytes=5_000)))

    assert reason == "its config is larger than 5000 bytes"


def nested(levels: int) -> Blob:
    root = MULTI_PLATFORM
    for level in range(levels):
        root = index(listed(root), annotations={"level": str(level)})
    return root


@pytest.mark.parametrize("platform", [None, "linux/amd64"], ids=["unlisted", "listed"])
def test_a_nested_index_is_followed(platform: str | None) -> None:
    found = read(index(listed(MULTI_PLATFORM, platform)))

    assert found.kind is Kind.INDEX
    assert found.platforms == ("linux/amd64", "linux/arm64")


def test_indexes_nested_four_levels_deep_are_followed() -> None:
    assert read(nested(4)).platforms == ("linux/amd64", "linux/arm64")


def test_indexes_nested_five_levels_deep_are_unreadable() -> None:
    assert unreadable_reason(read(nested(5))) == "indexes are nested deeper than 4 levels"


@pytest.mark.parametrize(
    ("children", "kind"),
    [
        pytest.param(99, Kind.INDEX, id="the index, 99 children and their configs"),
        pytest.param(100, Kind.UNREADABLE, id="the index, 100 children and their configs"),
    ],
)
def test_an_image_has_at_most_200_documents(children: int, kind: Kind) -> None:
    configs = [config("linux/arm64", number=number) for number in range(children)]
    root = index(*(listed(manifest(item)) for item in configs))

    found = read(root)

    assert found.kind is kind
    if kind is Kind.UNREADABLE:
        assert found.unreadable_reason == "it has more than 200 documents"


def test_more_children_than_the_bound_are_not_fetched() -> None:
    configs = [config("linux/arm64", number=number) for number in range(200)]
    root = index(*(listed(manifest(item)) for item in configs))
    store = MemoryStore.of(root)

    assert unreadable_reason(read(root, store)) == "it has more than 200 documents"
    assert store.calls == []


def test_an_exponentially_nested_index_reaches_a_bound() -> None:
    root = index(listed(AMD64_IMAGE))
    for _ in range(4):
        root = index(*[listed(root)] * 100)
    store = MemoryStore.of(root)

    assert unreadable_reason(read(root, store)) == "it has more than 200 documents"
    assert len(store.calls) <= 5


def test_an_index_with_very_many_entries_reaches_a_bound() -> None:
    many = index(*[listed_image("linux/arm64")] * 1_000)
    root = index(*[listed(many)] * 150)

    assert unreadable_reason(read(root))


@pytest.mark.parametrize(
    ("seconds_per_call", "kind"),
    [(59, Kind.INDEX), (60, Kind.INDEX), (61, Kind.UNREADABLE)],
)
def test_a_read_stops_after_a_minute(seconds_per_call: float, kind: Kind) -> None:
    clock = SecondsClock(1_000.0)
    store = MemoryStore.of(MULTI_PLATFORM)

    def advance_clock() -> None:
        if len(store.calls) == 1:
            clock.now += seconds_per_call

    store.on_call = advance_clock

    found = read_image(MULTI_PLATFORM.stored, store, ReadRequest((AMD64,)), clock)

    assert found.kind is kind
    if kind is Kind.UNREADABLE:
        assert found.unreadable_reason == "reading it took longer than 60 seconds"
        assert len(store.calls) == 1
