"""Tag mutability: whether an existing tag may be moved (contract E9)."""

import fnmatch
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TagMutability:
    """A repository's `imageTagMutability` with its wildcard exclusion filters."""

    setting: str = "MUTABLE"
    exclusions: tuple[str, ...] = ()

    def may_move(self, tag: str) -> bool:
        """Return whether an existing tag may be moved to another image.

        `*` is the only wildcard in exclusion filters.
        """
        excluded = any(
            fnmatch.fnmatchcase(tag, pattern.replace("[", "[[]").replace("?", "[?]"))
            for pattern in self.exclusions
        )
        match self.setting:
            case "MUTABLE":
                return True
            case "IMMUTABLE":
                return False
            case "IMMUTABLE_WITH_EXCLUSION":
                return excluded
            case "MUTABLE_WITH_EXCLUSION":
                return not excluded
            case _:
                raise ValueError(
                    f"The emulator does not support imageTagMutability {self.setting!r}"
                )
