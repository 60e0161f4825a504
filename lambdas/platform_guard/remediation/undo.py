"""Undoing what the guard did, by its entry in the ledger.

As in acting, each function may be run again after it was interrupted between any two calls.
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
from platform_guard.remediation.ledger import LEFT_ALONE_AFTER_UNDO, Entry, Ledger, State
from platform_guard.timestamp import iso_time


class CannotUndoError(Exception):
    """It cannot be undone, or not now; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Undoes what was done to the images of one repository, on behalf of a person."""

    images: Images
    ledger: Ledger
    schedules: Schedules
    now: Callable[[], datetime]
    actor: str
    """Who asked for it, as an ARN."""

    def undo(self, entry: Entry) -> Entry:
        """Give the image back its state from before. Raises CannotUndoError."""
        announce_undo(entry)
        other = self._other_image_of_tag(entry)
        if other:
            if entry.state is State.UNDOING:
                self.ledger.save(replace(entry, state=State.DONE))
            raise CannotUndoError(f"the tag {entry.image.tag} names another image by now, {other}")
        now = self.now()
        # Before the tag comes back: its push must not start the guard again.
        self.ledger.release(entry.image, iso_time(now + LEFT_ALONE_AFTER_UNDO))
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
                    # A later deed may have deleted it, with what it leads to.
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
        # An index can be stored once what it lists is there: the inner ones first.
        for child in (*[item for item in children if item not in indexes], *reversed(indexes)):
            self.images.restore_manifest(child)
        self.images.add_tag(self._document(entry), entry.image.tag)
        return f"it is stored again, with its tag {entry.image.tag}; {self._remove_mark(entry)}"

    def _document(self, entry: Entry) -> StoredDocument:
        there = self.images.resolve(replace(entry.image, tag="")) or entry.document
        if there is None:
            raise ChangeRefusedError("the image is gone, and its manifest was too large to keep")
        return there

    def _remove_mark(self, entry: Entry) -> str:
        """Take the mark away, unless the image would go with it."""
        mark = entry.mark
        match remove_mark(self.images, mark, entry.image.digest, entry.document):
            case UntagResult.NOT_THERE:
                return "there is no mark on it"
            case UntagResult.LAST:
                return f"its mark {mark} stays: it has no other tag, and would go with the last one"
            case UntagResult.TAKEN:
                return "its mark is taken away"
            case UntagResult.PUT_BACK:
                return (
                    f"its mark {mark} stays: ECR let the image go with it, and it was stored again"
                )
            case UntagResult.IMAGE_LOST:
                return f"ECR let the image go with its mark {mark}, and nothing was kept of it"
            case fate:
                assert_never(fate)

    def _other_image_of_tag(self, entry: Entry) -> str:
        """Give the digest of the image that giving the tag back would take it from; empty for none.

        ECR knows no compare-and-tag: a push within the moments that follow would lose its tag.
        """
        if entry.remedy not in (Remedy.QUARANTINE, Remedy.DELETE):
            return ""
        named = self.images.digest_for_tag(entry.image.tag)
        return named if named != entry.image.digest else ""


def announce_undo(entry: Entry) -> str:
    """Say what undoing an entry will do. Raises CannotUndoError where it is not to be undone."""
    image = entry.image
    match entry.state:
        case State.IN_PROGRESS:
            raise CannotUndoError("it is still under way; try again in some minutes")
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
                waits = f", and spare it what it waits for on {entry.due}"
            return f"take the mark {entry.mark} from {image.short_name}{waits}"
        case Remedy.QUARANTINE:
            return f"give the image its tag {image.tag} back, and take the mark {entry.mark} away"
        case Remedy.ARCHIVE:
            return f"restore {image.short_name} from the archive, and take its mark away"
        case Remedy.DELETE:
            return f"store {image.short_name} again from the manifests that were kept"
        case _:
            assert_never(entry.remedy)


def _refused(refusal: ChangeRefusedError) -> str:
    reason = str(refusal)
    if "LayersNotFound" in reason:
        return "its layers are gone from the registry; push the image again"
    if "ReferencedImagesNotFound" in reason:
        return (
            "what the index lists is gone from the registry, or not back from the archive yet; "
            "try again in 20 minutes, or push the image again"
        )
    return f"ECR refused it: {reason}"
