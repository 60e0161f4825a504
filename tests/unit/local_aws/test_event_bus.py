import pytest

from platform_guard_emulator.event_bus import unsupported_operators


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param({"source": ["aws.ecr"], "detail": {"result": ["SUCCESS"]}}, id="scalars"),
        pytest.param({"detail": {"image-tag": [{"exists": True}]}}, id="exists"),
        pytest.param({"detail": {"tag": [{"prefix": "a"}, {"wildcard": "b*"}]}}, id="two matchers"),
        pytest.param({"detail": {"tag": [{"anything-but": {"prefix": "x"}}]}}, id="nested"),
        pytest.param({"detail": {"tag": [{"anything-but": ["", "x"]}]}}, id="anything but a list"),
        pytest.param({"detail": {"$or": [{"a": [1]}, {"b": [{"numeric": [">", 1]}]}]}}, id="or"),
    ],
)
def test_a_pattern_that_moto_matches_like_eventbridge_is_supported(
    pattern: dict[str, object],
) -> None:
    assert unsupported_operators(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param({"detail": {"tag": [{"prefixx": "a"}]}}, "detail.tag: prefixx", id="unknown"),
        pytest.param({"detail": {"ip": [{"cidr": "10.0.0.0/8"}]}}, "detail.ip: cidr", id="cidr"),
        pytest.param(
            {"detail": {"tag": [{"anything-but": {"numeric": [">", 1]}}]}},
            "detail.tag: anything-but numeric",
            id="unknown inside anything-but",
        ),
        pytest.param(
            {"$or": [{"detail": {"tag": [{"regex": "a"}]}}]}, "detail.tag: regex", id="inside or"
        ),
    ],
)
def test_an_operator_that_moto_ignores_is_reported(
    pattern: dict[str, object], expected: str
) -> None:
    assert unsupported_operators(pattern) == [expected]
