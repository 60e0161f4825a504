import pytest

from platform_guard_emulator.event_bus import matches

EXITED: dict[str, object] = {
    "detail": {"stopCode": ["Exited"], "containers": {"exitCode": [1, 255], "name": ["app"]}}
}
EITHER: dict[str, object] = {
    "detail": {"$or": [{"stopCode": ["NotStarted"]}, {"containers": {"exitCode": [1]}}]}
}


def stop(*containers: dict[str, object], stop_code: str = "Exited") -> dict[str, object]:
    return {"detail": {"stopCode": stop_code, "containers": list(containers)}}


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        pytest.param(EXITED, stop({"exitCode": 1, "name": "app"}), True, id="the only object"),
        pytest.param(
            EXITED, stop({"exitCode": 0}, {"exitCode": 255, "name": "app"}), True, id="the second"
        ),
        pytest.param(
            EXITED,
            stop({"exitCode": 1, "name": "log"}, {"exitCode": 0, "name": "app"}),
            False,
            id="split between two objects",
        ),
        pytest.param(EXITED, stop({"exitCode": 0, "name": "app"}), False, id="another value"),
        pytest.param(EXITED, stop({"name": "app"}), False, id="no such key"),
        pytest.param(EXITED, stop(), False, id="an empty array"),
        pytest.param(
            EXITED,
            stop({"exitCode": 1, "name": "app"}, stop_code="x"),
            False,
            id="another stop code",
        ),
        pytest.param(EITHER, stop({"exitCode": 1}), True, id="one of two patterns"),
        pytest.param(EITHER, stop(stop_code="NotStarted"), True, id="the other one"),
        pytest.param(EITHER, stop({"exitCode": 2}), False, id="none of two patterns"),
    ],
)
def test_an_array_of_objects_matches_if_one_object_does(
    pattern: dict[str, object], event: dict[str, object], expected: bool
) -> None:
    assert matches(pattern, event) is expected
