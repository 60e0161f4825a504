from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.event import EventError, Ignored, seconds_since
from platform_guard.registry.push_event import Push, parse_push
from platform_guard.registry.reference import Reference, Repository
from tests.support.images import OMIT, Json

DIGEST = "sha256:" + "a1" * 32
DETAIL: Json = {
    "result": "SUCCESS",
    "repository-name": "team/app",
    "image-digest": DIGEST,
    "action-type": "PUSH",
    "image-tag": "v1",
}
EVENT: Json = {
    "version": "0",
    "id": "13cde686-328b-6117-af20-0e5566167482",
    "detail-type": "ECR Image Action",
    "source": "aws.ecr",
    "account": "123456789012",
    "time": "2026-11-24T01:54:34Z",
    "region": "eu-central-1",
    "resources": [],
    "detail": DETAIL,
}


def without_omitted(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not OMIT}


def event(detail: Json | None = None, /, **fields: object) -> Json:
    inner = without_omitted({**DETAIL, **(detail or {})})
    return without_omitted({**EVENT, "detail": inner, **fields})


PUSH = Push(
    event_id="13cde686-328b-6117-af20-0e5566167482",
    time="2026-11-24T01:54:34Z",
    image=Reference(Repository("123456789012", "eu-central-1", "team/app"), "v1", DIGEST),
)


@pytest.mark.parametrize(
    "pushed",
    [
        pytest.param(event(), id="as documented"),
        pytest.param(
            event({"manifest-media-type": "application/vnd.oci.image.index.v1+json"}),
            id="with a media type",
        ),
        pytest.param(event({"new": [1]}, new={"a": "b"}), id="with unknown fields"),
        pytest.param(event(resources=OMIT, version=OMIT), id="without unused fields"),
    ],
)
def test_a_push_event_of_a_tag_is_parsed(pushed: Json) -> None:
    assert parse_push(pushed) == PUSH


@pytest.mark.parametrize(
    ("ignored", "reason"),
    [
        pytest.param(event({"image-tag": OMIT}), "untagged", id="untagged"),
        pytest.param(event({"image-tag": ""}), "untagged", id="empty tag"),
        pytest.param(event({"image-tag": None}), "untagged", id="null tag"),
        pytest.param(
            event({"image-tag": "platform-guard.missing-platform.v1.0123456789ab"}),
            "the guard's own mark",
            id="own mark",
        ),
        pytest.param(event({"action-type": "DELETE"}), "not a push: DELETE", id="deletion"),
        pytest.param(
            event(
                {
                    "action-type": "UPDATE_STORAGE_CLASS",
                    "target-storage-class": "ARCHIVE",
                    "image-tag": OMIT,
                }
            ),
            "not a push: UPDATE_STORAGE_CLASS",
            id="storage class",
        ),
        pytest.param(event({"result": "FAILURE"}), "did not succeed: FAILURE", id="failed push"),
        pytest.param(
            event(
                {"action-type": "REPLICATE", "source-region": "us-east-1"},
                **{"detail-type": "ECR Replication Action"},
            ),
            "not an ECR image action: ECR Replication Action",
            id="replication",
        ),
        pytest.param(
            event(
                {"sync-status": "SUCCESS", "ecr-repository-prefix": "docker-hub"},
                **{"detail-type": "ECR Pull Through Cache Action"},
            ),
            "not an ECR image action: ECR Pull Through Cache Action",
            id="pull-through cache",
        ),
        pytest.param(
            event(**{"detail-type": "ECR Referrer Action"}),
            "not an ECR image action",
            id="referrer",
        ),
        pytest.param(
            event(**{"detail-type": "ECR Image Scan"}), "not an ECR image action", id="scan"
        ),
        pytest.param(event(source="aws.s3"), "not an ECR image action", id="another service"),
        pytest.param(event(source="my.app"), "not an ECR image action", id="custom event"),
    ],
)
def test_an_event_other_than_a_tag_push_is_ignored_with_a_reason(
    ignored: Json, reason: str
) -> None:
    found = parse_push(ignored)

    assert isinstance(found, Ignored)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        pytest.param(None, "the event", id="null"),
        pytest.param([], "the event", id="list"),
        pytest.param("text", "the event", id="text"),
        pytest.param({}, "detail", id="empty"),
        pytest.param(event(detail=OMIT), "detail", id="no detail"),
        pytest.param({**EVENT, "detail": []}, "detail", id="detail is a list"),
        pytest.param({**EVENT, "detail": None}, "detail", id="null detail"),
        pytest.param(event({"image-tag": 5}), "image-tag", id="tag is a number"),
        pytest.param(event({"image-tag": ["v1"]}), "image-tag", id="tag is a list"),
        pytest.param(event({"image-digest": OMIT}), "image-digest", id="no digest"),
        pytest.param(event({"image-digest": 5}), "image-digest", id="digest is a number"),
        pytest.param(
            event({"image-digest": "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378"}),
            "image-digest",
            id="shortened digest",
        ),
        pytest.param(event({"repository-name": OMIT}), "repository-name", id="no repository"),
        pytest.param(event({"repository-name": ""}), "repository-name", id="empty repository"),
        pytest.param(event({"repository-name": {}}), "repository-name", id="wrong repository"),
        pytest.param(event(account=OMIT), "account", id="no account"),
        pytest.param(event(account=123456789012), "account", id="account is a number"),
        pytest.param(event(region=None), "region", id="null region"),
        pytest.param(event(id=OMIT), "id", id="no id"),
        pytest.param(event(time=OMIT), "time", id="no time"),
    ],
)
def test_an_invalid_event_raises_an_error_that_names_the_field(broken: object, named: str) -> None:
    with pytest.raises(EventError, match=f"^{named} is ") as caught:
        parse_push(broken)

    assert len(str(caught.value).splitlines()) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(sorted(DETAIL)), VALUES),
    st.dictionaries(st.sampled_from(sorted(EVENT)), VALUES),
)
def test_an_arbitrary_event_is_parsed_ignored_or_rejected(detail: Json, fields: Json) -> None:
    with suppress(EventError):
        assert isinstance(parse_push({**event(detail), **fields}), Push | Ignored)


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-11-24T01:54:34Z", 26.0),
        ("2026-11-24T01:55:10Z", 0.0),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_age_of_an_event_is_none_if_its_time_is_invalid(
    time: str, seconds: float | None
) -> None:
    assert seconds_since(time, now=1795485300.0) == seconds
