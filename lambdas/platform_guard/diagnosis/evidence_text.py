"""Evidence as lines of text."""

from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import (
    Egress,
    Network,
    StoredTag,
    TagState,
    Unavailable,
)
from platform_guard.policy.verdict import evidence_table

_SERVICES = ("ecr.api", "ecr.dkr", "s3")


def evidence_lines(case: PullContext) -> tuple[str, ...]:
    """Return the evidence and the failed lookups as lines."""
    return (
        *_candidates(case),
        *_image(case),
        *_tag(case.tag),
        *_task_definition(case),
        *_guard(case),
        *_cache(case),
        *_role(case),
        *_network(case),
        *map(_unavailable, case.evidence.unavailable),
    )


def _candidates(case: PullContext) -> list[str]:
    names = [container.name for container in case.failure.candidates]
    return [f"the error does not say which container failed: {', '.join(names)}"] if names else []


def _image(case: PullContext) -> tuple[str, ...]:
    return evidence_table(case.stored.verdict.evidence) if case.stored else ()


def _tag(tag: StoredTag | None) -> list[str]:
    if tag is None:
        return []
    pushed = f", pushed {tag.pushed_at}" if tag.pushed_at else ""
    match tag.state:
        case TagState.MOVED:
            return [f"the tag now names {tag.digest}{pushed}"]
        case TagState.PRESENT:
            return [f"the tag names {tag.digest}{pushed}"]
        case TagState.ARCHIVED:
            return [f"archived: {tag.digest}{pushed}"]
        case TagState.RESTORING:
            return [f"being restored: {tag.digest}{pushed}"]
        case TagState.MISSING:
            return [f"there is {near.name}, pushed {near.pushed_at}" for near in tag.closest]


def _task_definition(case: PullContext) -> list[str]:
    definition, platform = case.definition, case.platform
    if definition is None or not definition.cpu_architecture or platform is None:
        return []
    architecture = {"X86_64": "amd64", "ARM64": "arm64"}.get(definition.cpu_architecture)
    if architecture in (None, platform.architecture):
        return []
    return [f"its task definition asks for {definition.cpu_architecture}, not for {platform}"]


def _guard(case: PullContext) -> list[str]:
    marks = [f"marked by this guard: {mark}" for mark in case.guard_history.marks]
    return [*marks, *(f"{action.at}: {action.sentence}" for action in case.guard_history.actions)]


def _cache(case: PullContext) -> list[str]:
    if not case.cache_prefix:
        return []
    return [f"a pull-through cache rule for {case.cache_prefix} may fill the repository"]


def _role(case: PullContext) -> list[str]:
    return [f"pulls as its {case.role.kind} {case.role.arn}"] if case.role else []


def _network(case: PullContext) -> list[str]:
    network = case.network
    if network is None:
        return []
    # Only images in ECR are pulled through its endpoints.
    services = () if case.is_external_registry else _SERVICES
    return [
        f"{network.subnet_id} leads to {_route_target(network)}",
        *_public_address(network),
        *(_endpoint(network, service) for service in services),
    ]


def _route_target(network: Network) -> str:
    match network.egress:
        case Egress.NONE:
            return "nowhere outside of its VPC"
        case Egress.OTHER:
            return f"{network.egress_target} (not inspected further)"
        case Egress.INTERNET_GATEWAY | Egress.NAT_GATEWAY:
            return f"the {network.egress} {network.egress_target}"


def _public_address(network: Network) -> list[str]:
    match network.public_ip:
        case None:
            return ["whether the task had a public address was not seen"]
        case True:
            return ["the task had a public address"]
        case False:
            return ["the task had no public address"]


def _endpoint(network: Network, service: str) -> str:
    found = network.endpoint(service)
    if found is None:
        return f"no endpoint for {service}"
    missed = "" if found.reaches_subnet else ", but not in the route table of the subnet"
    groups = f", behind {', '.join(found.security_groups)}" if found.security_groups else ""
    return f"endpoint for {service}: {found.endpoint_id}{groups}{missed}"


def _unavailable(missing: Unavailable) -> str:
    return f"not seen: {missing.what} ({missing.why})"
