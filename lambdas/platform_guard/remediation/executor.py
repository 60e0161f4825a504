"""Executes a planned remedy.

Every function can be repeated after an interruption between any two calls. It checks the current
state first. A step that is already done, or no longer possible, ends the entry with that outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Remedy
from platform_guard.registry.images import ChangeRefusedError, Images, ImageState, ImageStatus
from platform_guard.registry.mark import is_mark
from platform_guard.remediation.delete_children import delete_children
from platform_guard.remediation.ledger import Entry, State

Save = Callable[[Entry], Entry]
"""Stores an entry and returns it with its new version."""

PAST_PARTICIPLES = {
    Remedy.QUARANTINE: "quarantined",
    Remedy.ARCHIVE: "archived",
    Remedy.DELETE: "deleted",
}
INTERRUPTED = "an earlier run was interrupted before the safety checks could be repeated"

_GONE = "none: the image is gone"
_TAG_MOVED = "its tag has moved on meanwhile"


def execute(
    entry: Entry,
    document: StoredDocument | None,
    images: Images,
    save: Save,
    *,
    blocked_by: str = "",
) -> Entry:
    """Execute the remedy of an entry and return the entry with its outcome, not yet saved.

    `document` is the manifest if the image still exists. `blocked_by` says why nothing more may be
    removed; empty if nothing blocks it.
    """
    action = _RemediationAction(entry, document, images, save, blocked_by)
    match entry.remedy:
        case Remedy.ALERT:
            return _ended(entry, Remedy.ALERT, "none")
        case Remedy.TAG:
            return action.tag()
        case Remedy.QUARANTINE:
            return action.quarantine()
        case Remedy.ARCHIVE:
            return action.archive()
        case Remedy.DELETE:
            return action.delete()
        case _:
            assert_never(entry.remedy)


@dataclass
class _RemediationAction:
    entry: Entry
    document: StoredDocument | None
    images: Images
    save: Save
    blocked_by: str

    def tag(self) -> Entry:
        """Add the mark. A resumed entry first checks whether the tag still names the image."""
        if not self.blocked_by or self.images.resolve(self.entry.image) is not None:
            return self.mark("" if self.entry.blocked_by else self.blocked_by)
        return self.mark(_TAG_MOVED)

    def mark(self, because: str = "") -> Entry:
        """Add the mark and do nothing else."""
        if self.document is None:
            return _ended(self.entry, Remedy.ALERT, _GONE)
        refusal = self._add_mark()
        if refusal:
            return _ended(self.entry, Remedy.ALERT, refusal)
        why = (because,) if because else self.entry.blocked_by
        stays = f"marked with the tag {self.entry.mark}"
        if because != _TAG_MOVED:
            stays += "; its own tag stays"
        return _ended(self.entry, Remedy.TAG, stays + _refused(self.entry.wanted, why))

    def quarantine(self) -> Entry:
        image, mark = self.entry.image, self.entry.mark
        if self.document is None and self._state() is not None:
            return _ended(self.entry, Remedy.ALERT, "none: the image is archived")
        # Removing the tag may have deleted the image, which must then be restored.
        self.document = self.document or self.entry.document
        if self.document is None:
            return _ended(self.entry, Remedy.ALERT, _GONE)
        refusal = self._add_mark()
        if refusal:
            return _ended(self.entry, Remedy.ALERT, refusal)
        state = self._state()
        if state is not None and image.tag in state.tags:
            # Otherwise the tag was removed or names another image; the calls below find out.
            reason = self._blocked_now(state)
            if reason:
                return self.mark(reason)
        try:
            removed = not self.blocked_by and self.images.untag(image.tag, image.digest)
        except ChangeRefusedError as error:
            return self.mark(f"ECR refused it ({error})")
        lost = self._restore_if_gone(self.document)
        if lost:
            return _ended(self.entry, Remedy.DELETE, lost)
        if not removed:
            named = self.images.digest_for_tag(image.tag)
            if named:
                stays = named == image.digest and self.blocked_by
                return self.mark(stays or _TAG_MOVED)
        entry = replace(self.entry, tag_removed=True)
        return _ended(
            entry,
            Remedy.QUARANTINE,
            f"quarantined: its tag {image.tag} was removed; the image keeps the tag {mark}",
        )

    def archive(self) -> Entry:
        state = self._state()
        if state is not None and state.status is not ImageStatus.ARCHIVED:
            refusal = self._add_mark()
            if refusal:
                return _ended(self.entry, Remedy.ALERT, refusal)
            state = self._state()
            reason = self._blocked_now(state)
            if reason:
                return self.mark(reason)
            try:
                self.images.archive(self.entry.image.digest)
            except ChangeRefusedError as error:
                return self.mark(f"ECR refused it ({error})")
            state = self._state()
        if state is None:
            return _ended(self.entry, Remedy.ALERT, _GONE)
        if _other_tags(self.entry, state):
            return self._restored()
        return _ended(
            self.entry,
            Remedy.ARCHIVE,
            "archived: it cannot be pulled until it is restored, which takes up to 20 minutes",
        )

    def _restored(self) -> Entry:
        """Restore an image that got another tag while it was archived: that tag may be in use."""
        sentence = f"marked with the tag {self.entry.mark}; archived and brought back, because it "
        try:
            self.images.restore(self.entry.image.digest)
        except ChangeRefusedError as refusal:
            state = self._state()
            # A push of an archived image restores it too.
            if state is not None and state.status is ImageStatus.ARCHIVED:
                return _ended(self.entry, Remedy.ARCHIVE, f"archived; no way back ({refusal})")
        return _ended(self.entry, Remedy.TAG, sentence + "got another tag meanwhile")

    def delete(self) -> Entry:
        entry = self.entry
        state = self._state()
        if state is not None and not entry.tag_removed:
            if entry.image.tag not in state.tags and not self._tag_names_an_image():
                return self._kept(state, self.blocked_by or INTERRUPTED)
            reason = self._blocked_now(state)
            if reason:
                return self.mark(reason)
            try:
                removed = self.images.untag(entry.image.tag, entry.image.digest)
            except ChangeRefusedError as error:
                return self.mark(f"ECR refused it ({error})")
            if not removed and self._tag_names_an_image():
                return self.mark(_TAG_MOVED)
            self.entry = entry = self.save(replace(entry, tag_removed=True))
            state = self._state()
        if state is not None and not self.blocked_by:
            state = self._remove_marks(state)
        if state is not None:
            return self._kept(state, self.blocked_by or "something else leads to it")
        kept = self._delete_children()
        return _ended(
            replace(entry, tag_removed=True),
            Remedy.DELETE,
            "; ".join([f"deleted, and its tag {entry.image.tag} with it", *kept]),
        )

    def _remove_marks(self, state: ImageState) -> ImageState | None:
        for mark in filter(is_mark, state.tags):
            try:
                self.images.untag(mark, self.entry.image.digest)
            except ChangeRefusedError:
                break
        return self._state()

    def _delete_children(self) -> list[str]:
        """Delete the children of the index and return a clause for each one that stays."""
        if self.blocked_by and self.entry.children:
            return [f"what it led to stays, because {self.blocked_by}"]
        return delete_children(self.entry, self.images)

    def _tag_names_an_image(self) -> bool:
        """Return whether the tag names any image. If it names none, it was removed, not moved.

        A call that is repeated, by botocore or after a crash, no longer finds the tag.
        """
        return bool(self.images.digest_for_tag(self.entry.image.tag))

    def _kept(self, state: ImageState, because: str) -> Entry:
        """End with an image that lost its own tag and is kept by its mark."""
        entry = replace(self.entry, tag_removed=True)
        others = [tag for tag in state.tags if not is_mark(tag)]
        if not others:
            refusal = self._add_mark()
            if refusal:
                return _ended(entry, Remedy.QUARANTINE, f"its tag was removed; {refusal}")
        tag = self.entry.image.tag
        why = f"it got the tag {others[0]} meanwhile" if others else because
        return _ended(
            entry,
            Remedy.QUARANTINE,
            f"its tag {tag} was removed; the image was not deleted because {why}",
        )

    def _add_mark(self) -> str:
        """Add the mark. Return why it failed, empty if it succeeded."""
        document = self.document or self.entry.document
        if document is None:
            return _GONE
        try:
            self.images.add_tag(document, self.entry.mark)
        except ChangeRefusedError as refusal:
            return f"none: ECR refused the mark {self.entry.mark} ({refusal})"
        return ""

    def _restore_if_gone(self, document: StoredDocument) -> str:
        """Store the image again if it went with its tag. Return why that failed, else empty."""
        if self.images.resolve(replace(self.entry.image, tag="")) is not None:
            return ""
        try:
            self.images.add_tag(document, self.entry.mark)
        except ChangeRefusedError as refusal:
            return f"ECR let the image go with its tag, and refused to take it back ({refusal})"
        return ""

    def _state(self) -> ImageState | None:
        return self.images.describe(self.entry.image.digest)

    def _blocked_now(self, state: ImageState | None) -> str:
        """Return what changed since the plan and blocks the call; empty if nothing does."""
        if state is None or self.entry.image.tag not in state.tags:
            return _TAG_MOVED
        if self.blocked_by:
            return self.blocked_by
        others = _other_tags(self.entry, state)
        if others:
            return f"it got the tag {others[0]} meanwhile"
        return "" if state.status is ImageStatus.ACTIVE else "it is archived already"


def _other_tags(entry: Entry, state: ImageState) -> list[str]:
    return [tag for tag in state.tags if tag != entry.image.tag and not is_mark(tag)]


def _refused(wanted: Remedy, blocked_by: tuple[str, ...]) -> str:
    if not blocked_by or wanted not in PAST_PARTICIPLES:
        return ""
    return f". It was to be {PAST_PARTICIPLES[wanted]}, but {'; '.join(blocked_by)}"


def _ended(entry: Entry, remedy: Remedy, sentence: str) -> Entry:
    return replace(entry, state=State.DONE, remedy=remedy, sentence=sentence)
