import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.registry.reference import Reference, Repository, parse_reference

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
APP = Repository("123456789012", "eu-central-1", "app")
DIGEST = "sha256:" + "b2" * 32


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (f"{REGISTRY}/app", Reference(APP, "latest")),
        (f"{REGISTRY}/app:v1", Reference(APP, "v1")),
        (f"{REGISTRY}/app@{DIGEST}", Reference(APP, "", DIGEST)),
        (f"{REGISTRY}/app:v1@{DIGEST}", Reference(APP, "v1", DIGEST)),
        (
            f"{REGISTRY}/team/sub_group/my.app-1:V_1.0-rc",
            Reference(
                Repository("123456789012", "eu-central-1", "team/sub_group/my.app-1"), "V_1.0-rc"
            ),
        ),
        (
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1",
            Reference(Repository("123456789012", "cn-north-1", "app"), "v1"),
        ),
        (
            "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:v1",
            Reference(Repository("123456789012", "us-gov-west-1", "app"), "v1"),
        ),
        (
            "123456789012.dkr-ecr.us-east-1.on.aws/app:v1",
            Reference(Repository("123456789012", "us-east-1", "app"), "v1"),
        ),
        (
            "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/app:v1",
            Reference(Repository("123456789012", "cn-north-1", "app"), "v1"),
        ),
    ],
)
def test_an_ecr_reference_is_parsed(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nginx",
        "nginx:latest",
        "public.ecr.aws/nginx/nginx:latest",
        "docker.io/library/nginx@" + DIGEST,
        "localhost:5000/app",
        f"https://{REGISTRY}/app",
        f"{REGISTRY}",
        f"{REGISTRY}/",
        f"{REGISTRY}/App",
        f"{REGISTRY}/app:",
        f"{REGISTRY}/app:-v1",
        f"{REGISTRY}/app:{'v' * 129}",
        f"{REGISTRY}/app@sha256:abc",
        f"{REGISTRY}/app@{DIGEST}:v1",
        f"{REGISTRY}//app",
        f"{REGISTRY}/app/",
        f"{REGISTRY}/app\n",
        f"{REGISTRY}.example.com/app",
        f"evil.{REGISTRY}/app",
        "12345678901.dkr.ecr.eu-central-1.amazonaws.com/app",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil/app",
        "\uff11\uff12\uff13456789012.dkr.ecr.eu-central-1.amazonaws.com/app",
    ],
    ids=repr,
)
def test_a_text_other_than_an_ecr_reference_is_rejected(text: str) -> None:
    assert parse_reference(text) is None


def test_a_uri_contains_the_tag_and_digest_that_are_set() -> None:
    assert APP.uri == f"{REGISTRY}/app"
    assert Reference(APP).uri == f"{REGISTRY}/app"
    assert Reference(APP, "v1", DIGEST).uri == f"{REGISTRY}/app:v1@{DIGEST}"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (Reference(APP, "v1"), "app:v1"),
        (Reference(APP, "v1", DIGEST), "app:v1"),
        (Reference(APP, "", DIGEST), f"app@{DIGEST}"),
    ],
    ids=["tag", "tag and digest", "digest"],
)
def test_the_short_name_prefers_the_tag(reference: Reference, name: str) -> None:
    assert reference.short_name == name


PARTS = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,4}){0,2}", fullmatch=True)
REPOSITORIES = st.builds(
    Repository,
    account=st.from_regex(r"[0-9]{12}", fullmatch=True),
    region=st.sampled_from(["eu-central-1", "us-gov-east-1", "cn-northwest-1", "ap-southeast-5"]),
    name=st.lists(PARTS, min_size=1, max_size=4).map("/".join),
)
TAGS = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)


@given(
    st.builds(Reference, REPOSITORIES, TAGS)
    | st.builds(Reference, REPOSITORIES, st.just(""), DIGESTS)
    | st.builds(Reference, REPOSITORIES, TAGS, DIGESTS)
)
def test_a_uri_parses_to_the_same_reference(reference: Reference) -> None:
    assert parse_reference(reference.uri) == reference
