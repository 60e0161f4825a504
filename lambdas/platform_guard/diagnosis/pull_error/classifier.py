"""Classifies the text of an ECS pull failure: its cause and the facts it mentions.

The texts come from Fargate, the EC2 agent, containerd, moby and the registries. Their wording
changed over the years, and they may be truncated anywhere. A text without a clear cause is
`unknown`, because a wrong cause is worse than none.
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

# Fargate truncated at 255 characters until 2022; the EC2 agent truncates at 1024 bytes. Fargate's
# newer limit of about 490 is not published, so only an unfinished ending reveals it.
_TRUNCATED_LENGTHS = frozenset({255, 1024})

_ELLIPSIS = re.compile(r"(?:\.\.\.|…)[\"')]{0,2}$")
_UNFINISHED_END = re.compile(
    r"sha256:[0-9a-f]{0,63}$"
    r"|failed to resolve ref(?:erence)? \S{0,512}$"
    r"|unexpected status (?:code|from \w{3,7} request to) \S{0,512}$"
    r"|(?:get|head|post) \"?https?://\S{0,512}$"
    r"|failed to (?:extract|register) layer \S{0,80}$",
    re.IGNORECASE,
)
_UNFINISHED_PHRASES = (
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
_MIN_PREFIX_LENGTH = 8

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
    """A classified pull error. Facts that the text does not mention are None."""

    cause: Cause
    text: str
    """As given."""
    platform: str | None
    """The required platform, normalized, such as `linux/arm64`."""
    image: str | None
    """The image reference as written."""
    registry: str | None
    """The registry's host."""
    address: str | None
    """The address that was dialed, as `ip:port`."""
    role: str | None
    """The denied role, as ARN or name."""
    digest: str | None
    """The digest of the image or its manifest, never of a layer."""
    truncated: bool
    """Whether the text was truncated."""
    rule: str | None
    """The name of the matching rule; None if no rule matched."""


def classify(text: str) -> PullError:
    """Classify a pull error. Reads the first 10,000 characters; never raises."""
    readable = _make_readable(text[:_INSPECTED_CHARACTERS])
    truncated = _is_truncated(text, readable)
    lower_case = readable.lower()
    rule = next((rule for rule in _RULES if rule.matches(lower_case)), None)
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
    """Normalize spaces, quotes and JSON escapes."""
    return " ".join(_JSON_ESCAPE.sub(_unescape, text).translate(_STRAIGHT_QUOTES).split())


def _unescape(escape: re.Match[str]) -> str:
    if escape["code_point"]:
        return chr(int(escape["code_point"], base=16))
    return escape["quote"] or " "


def _is_truncated(text: str, readable: str) -> bool:
    lengths = {len(text), len(text.encode(errors="replace"))}
    return (
        not lengths.isdisjoint(_TRUNCATED_LENGTHS)
        or _ELLIPSIS.search(readable) is not None
        or _UNFINISHED_END.search(readable) is not None
        or any(_ends_within(readable, words) for words in _UNFINISHED_PHRASES)
    )


def _ends_within(readable: str, words: str) -> bool:
    """Return whether a text ends within a phrase that always continues, or right after it."""
    whole = words.rstrip()
    lengths = range(_MIN_PREFIX_LENGTH, len(whole) + (whole != words))
    return any(readable.endswith(whole[:length]) for length in lengths)
