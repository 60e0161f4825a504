import pytest

from platform_guard.registry.pull_through import cache_prefix


@pytest.mark.parametrize(
    ("repository", "prefixes", "prefix"),
    [
        ("docker-hub/library/nginx", ["quay", "docker-hub"], "docker-hub"),
        ("team/quay/coreos/etcd", ["team/quay"], "team/quay"),
        ("quay/etcd", ["quay/"], "quay/"),
        ("docker-hub", ["docker-hub"], ""),
        ("docker-hubble/nginx", ["docker-hub"], ""),
        ("shop/api", ["docker-hub"], ""),
        ("shop/api", [], ""),
        ("shop/api", ["docker-hub", "ROOT"], "ROOT"),
    ],
)
def test_a_rule_fills_repositories_under_its_prefix(
    repository: str, prefixes: list[str], prefix: str
) -> None:
    assert cache_prefix(repository, prefixes) == prefix
