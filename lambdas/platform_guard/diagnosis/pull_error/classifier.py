"""What the text of an ECS pull failure means: its cause, and the facts that it mentions.

The texts come from Fargate, the EC2 agent, containerd, moby and the registries, in wordings that
changed over the years, and they may be cut anywhere. A text that does not reach its cause is
`unknown`: a wrong answer sends people to the wrong place.
"""

import re
from dataclasses import dataclass

from platform_guard.diagnosis.pull_error.extraction import (
    find_address,
    find_digest,
    find_image,
    find_platform,
    find_registry,
    find_role,
)
from platform_guard.diagnosis.pull_error.image_rules import IMAGE_RULES
from platform_guard.diagnosis.pull_error.registry_rules import REGISTRY_RULES
from platform_guard.diagnosis.pull_error.rule import Cause

__all__ = ["Cause", "PullError", "classify"]

_RULES = (*IMAGE_RULES, *REGISTRY_RULES)

_INSPECTED_CHARACTERS = 10_000

# Fargate cut at 255 characters until 2022, the EC2 agent cuts at 1024 bytes. Fargate's newer limit
# of about 490 is not published: there only an ending that cannot be one gives the cut away.
_CUT_LENGTHS = frozenset({255, 1024})

_ELLIPSIS = re.compile(r"(?:\.\.\.|…)[\"')]{0,2}$")
_UNFINISHED_END = re.compile(
    r"sha256:[0-9a-f]{0,63}$"
    r"|failed to resolve ref(?:erence)? \S{0,512}$"
    r"|unexpected status (?:code|from \w{3,7} request to) \S{0,512}$"
    r"|(?:get|head|post) \"?https?://\S{0,512}$"
    r"|failed to (?:extract|register) layer \S{0,80}$",
    re.IGNORECASE,
)
_NEVER_LAST_WORDS = (
    "CannotPullContainerError: ",
    "CannotPullImageManifestError: ",
    "CannotPullECRContainerError: ",
    "ResourceInitializationError: unable to pull secrets or registry auth: ",
    "was unable to place a task. Reason: ",
    "Error response from daemon: ",
    "pull image manifest has been retried ",
    " time(s): ",
    "image Manifest does not contain descriptor matching platform '",
    "There is a connection issue between the task and ",
    "Check your task network configuration.",
    "failed to unpack image on snapshotter ",
    "failed to copy: httpReadSeeker: failed open: ",
    "failed to do request: ",
    "unexpected status ",
    "is not authorized to perform: ",
    ": dial tcp ",
)
_SHORTEST_TELLING_PREFIX = 8

_STRAIGHT_QUOTES = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    }
)
_JSON_ESCAPE = re.compile(r"\\(?:(?P<quote>\")|u(?P<code_point>[0-9A-Fa-f]{4})|[nrt])")


@dataclass(frozen=True, slots=True)
class PullError:
    """A pull failure in the terms of its text; what the text does not mention is None."""

    cause: Cause
    text: str
    """As given."""
    platform: str | None
    """The platform that was wanted, normalized, such as `linux/arm64`."""
    image: str | None
    """The image reference as written."""
    registry: str | None
    """The registry's host."""
    address: str | None
    """What was dialed, as `ip:port`."""
    role: str | None
    """Who was denied, as ARN or as name."""
    digest: str | None
    """The digest of the image or its manifest, never of a layer."""
    truncated: bool
    """Whether the text shows that it was cut."""
    rule: str | None
    """The name of the rule that told the cause; None when no rule did."""


def classify(text: str) -> PullError:
    """Tell what a pull error means. Reads the first 10,000 characters; never raises."""
    readable = _make_readable(text[:_INSPECTED_CHARACTERS])
    truncated = _is_truncated(text, readable)
    lower_case = readable.lower()
    rule = next(
        (rule for rule in (*IMAGE_RULES, *REGISTRY_RULES) if rule.matches(lower_case)), None
    )
    image = find_image(readable, truncated=truncated)
    return PullError(
        cause=Cause.UNKNOWN if rule is None else rule.cause,
        text=text,
        platform=find_platform(readable),
        image=image,
        registry=find_registry(readable, image),
        address=find_address(readable),
        role=find_role(readable),
        digest=find_digest(readable),
        truncated=truncated,
        rule=None if rule is None else rule.name,
    )


def _make_readable(text: str) -> str:
    """Undo what consoles, logs and JSON do to a text: single spaces, straight quotes."""
    return " ".join(_JSON_ESCAPE.sub(_unescape, text).translate(_STRAIGHT_QUOTES).split())


def _unescape(escape: re.Match[str]) -> str:
    if escape["code_point"]:
        return chr(int(escape["code_point"], base=16))
    return escape["quote"] or " "


def _is_truncated(text: str, readable: str) -> bool:
    lengths = {len(text), len(text.encode(errors="replace"))}
    return (
        not lengths.isdisjoint(_CUT_LENGTHS)
        or _ELLIPSIS.search(readable) is not None
        or _UNFINISHED_END.search(readable) is not None
        or any(_ends_inside(readable, words) for words in _NEVER_LAST_WORDS)
    )


def _ends_inside(readable: str, words: str) -> bool:
    """Return whether a text ends within words that always go on, or right after them."""
    whole = words.rstrip()
    lengths = range(_SHORTEST_TELLING_PREFIX, len(whole) + (whole != words))
    return any(readable.endswith(whole[:length]) for length in lengths)
