"""Undoes a remedy from its ledger entry.

As in the executor, every function can be repeated after an interruption between any two calls.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from platform_guard.oci.media_types import INDEXES
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Remedy
from platform_guard.registry.images import ChangeRefusedError, Images, ImageStatus
from platform_guard.registry.mark_removal import UntagResult, remove_mark
from platform_guard.remediation.grace_schedule import Schedules
from platform_guard.remediation.ledger import IGNORED_AFTER_UNDO, Entry, Ledger, State
from platform_guard.timestamp import iso_time


class CannotUndoError(Exception):
    """The remedy cannot be undone, or not now. The message says why."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Undoes remedies on the images of one repository for an operator."""

    images: Images
    ledger: Ledger
    schedules: Schedules
    now: Callable[[], datetime]
    actor: str
    """The operator's ARN."""

    def undo(self, entry: Entry) -> Entry:
        """Restore the image to its state before the remedy. Raises CannotUndoError."""
        announce_undo(entry)
        other = self._other_image_of_tag(entry)
        if other:
            if entry.state is State.UNDOING:
                self.ledger.save(replace(entry, state=State.DONE))
            raise CannotUndoError(f"the tag {entry.image.tag} now names another image, {other}")
        now = self.now()
        # Before the tag is restored: its push must not start the guard again.
        self.ledger.release(entry.image, iso_time(now + IGNORED_AFTER_UNDO))
        in_progress = self.ledger.save(replace(entry, state=State.UNDOING))
        if entry.due:
            self.schedules.delete(entry.image, entry.id)
        try:
            sentence = self._reverse(entry)
        except ChangeRefusedError as refusal:
            self.ledger.save(replace(in_progress, state=State.DONE))
            raise CannotUndoError(_refused(refusal)) from refusal
        return self.ledger.save(
            replace(
                in_progress,
                state=State.UNDONE,
                undone_by=self.actor,
                undone_at=iso_time(now),
                sentence=f"{entry.sentence}. Undone: {sentence}",
            )
        )

    def _reverse(self, entry: Entry) -> str:
        match entry.remedy:
            case Remedy.ALERT | Remedy.TAG:
                return self._remove_mark(entry)
            case Remedy.QUARANTINE:
                if self.images.describe(entry.image.digest) is None:
                    # A later remedy may have deleted it together with its children.
                    return self._store_again(entry)
                self.images.add_tag(self._document(entry), entry.image.tag)
                return f"it has its tag {entry.image.tag} back; {self._remove_mark(entry)}"
            case Remedy.ARCHIVE:
                state = self.images.describe(entry.image.digest)
                if state is not None and state.status is ImageStatus.ARCHIVED:
                    self.images.restore(entry.image.digest)
                mark = self._remove_mark(entry)
                return f"it is being restored, which takes up to 20 minutes; {mark}"
            case Remedy.DELETE:
                return self._store_again(entry)
            case _:
                assert_never(entry.remedy)

    def _store_again(self, entry: Entry) -> str:
        children = [item for item in entry.documents if item.digest in entry.children]
        indexes = [child for child in children if child.media_type in INDEXES]
        # ECR accepts an index only if its children exist: inner ones first.
        for child in (*[item for item in children if item not in indexes], *reversed(indexes)):
            self.images.restore_manifest(child)
        self.images.add_tag(self._document(entry), entry.image.tag)
        return f"it is stored again, with its tag {entry.image.tag}; {self._remove_mark(entry)}"

    def _document(self, entry: Entry) -> StoredDocument:
        document = self.images.resolve(replace(entry.image, tag="")) or entry.document
        if document is None:
            raise ChangeRefusedError("the image is gone, and its manifest was too large to keep")
        return document

    def _remove_mark(self, entry: Entry) -> str:
        """Remove the mark unless that would delete the image."""
        mark = entry.mark
        match remove_mark(self.images, mark, entry.image.digest, entry.document):
            case UntagResult.NOT_FOUND:
                return "it has no mark"
            case UntagResult.LAST_TAG:
                return f"its mark {mark} stays: it has no other tag, and would go with the last one"
            case UntagResult.REMOVED:
                return "its mark was removed"
            case UntagResult.RESTORED:
                return (
                    f"its mark {mark} stays: ECR let the image go with it, and it was stored again"
                )
            case UntagResult.IMAGE_DELETED:
                return f"ECR let the image go with its mark {mark}, and nothing was kept of it"
            case result:
                assert_never(result)

    def _other_image_of_tag(self, entry: Entry) -> str:
        """Return the digest of another image that has the tag now; empty if there is none.

        ECR has no conditional tagging: undo overwrites a push between this check and the tagging.
        """
        if entry.remedy not in (Remedy.QUARANTINE, Remedy.DELETE):
            return ""
        named = self.images.digest_for_tag(entry.image.tag)
        return named if named != entry.image.digest else ""


def announce_undo(entry: Entry) -> str:
    """Describe what undoing an entry will do. Raises CannotUndoError if it cannot be undone."""
    image = entry.image
    match entry.state:
        case State.IN_PROGRESS:
            raise CannotUndoError("it is still in progress; try again in a few minutes")
        case State.UNDONE:
            raise CannotUndoError(f"it was undone already, by {entry.undone_by}")
        case State.WAITING | State.DONE | State.CANCELED | State.UNDOING:
            pass
        case _:
            assert_never(entry.state)
    match entry.remedy:
        case Remedy.ALERT:
            raise CannotUndoError("nothing was done to the image")
        case Remedy.TAG:
            waits = ""
            if entry.state is State.WAITING:
                waits = f", and cancel what is scheduled for {entry.due}"
            return f"remove the mark {entry.mark} from {image.short_name}{waits}"
        case Remedy.QUARANTINE:
            return f"restore the tag {image.tag} and remove the mark {entry.mark}"
        case Remedy.ARCHIVE:
            return f"restore {image.short_name} from the archive and remove its mark"
        case Remedy.DELETE:
            return f"store {image.short_name} again from the kept manifests"
        case _:
            assert_never(entry.remedy)


def _refused(refusal: ChangeRefusedError) -> str:
    reason = str(refusal)
    if "LayersNotFound" in reason:
        return "its layers are gone from the registry; push the image again"
    if "ReferencedImagesNotFound" in reason:
        return (
            "the children of the index are gone, or not yet restored from the archive; "
            "try again in 20 minutes, or push the image again"
        )
    return f"ECR refused it: {reason}"
