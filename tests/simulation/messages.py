"""The messages that the guard receives, and its invocations."""

from dataclasses import dataclass

from tests.simulation.protection import Protection

Json = dict[str, object]


@dataclass
class Message:
    """An event in the guard's queue, or the end of a grace period."""

    event: Json | None
    entry_id: str = ""
    receives: int = 0

    @property
    def key(self) -> str:
        return str(self.event["id"]) if self.event else f"grace-{self.entry_id}"

    @property
    def digest(self) -> str:
        """The digest of the pushed image; empty for the end of a grace period."""
        detail = self.event["detail"] if self.event else {}
        assert isinstance(detail, dict)
        return str(detail.get("image-digest", ""))


@dataclass
class Handling:
    """One invocation for a message, and what protected images when it started."""

    key: str
    digest: str
    """The pushed image; empty for the end of a grace period."""
    tag: str
    """The tag that the message names."""
    protection: Protection
    published: int = 0
