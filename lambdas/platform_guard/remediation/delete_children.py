"""Deletes the children of a deleted index.

ECR deletes an image by digest together with all its tags; it has no call that deletes only an
untagged image. So a child gets a mark, which is then removed: ECR deletes the child only if that
was its last tag. A tag that is added in between keeps it.
"""

from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.images import ChangeRefusedError, Images, ImageState, ImageStatus
from platform_guard.registry.mark import is_mark, mark_for
from platform_guard.remediation.ledger import Entry
from platform_guard.remediation.safety_checks import signs_of_use


def delete_children(entry: Entry, images: Images) -> list[str]:
    """Delete the children of a deleted index and return a clause for each one that stays."""
    documents = {document.digest: document for document in entry.documents}
    clauses = (
        _delete_child(entry, documents[digest], images)
        for digest in entry.children
        if digest in documents
    )
    return [clause for clause in clauses if clause]


def _delete_child(entry: Entry, child: StoredDocument, images: Images) -> str:
    state = images.describe(child.digest)
    if state is None:
        return ""
    name = f"what it led to, {child.digest[:19]}, stays"
    reason = _why_it_stays(entry, state)
    if reason:
        return f"{name}: {reason}"
    mark = mark_for(entry.finding, entry.image.tag, child.digest)
    try:
        images.add_tag(child, mark)
        images.untag(mark, child.digest)
    except ChangeRefusedError as refusal:
        return f"{name}: ECR refused to delete it ({refusal})"
    return ""


def _why_it_stays(entry: Entry, state: ImageState) -> str:
    """Return why a child may be needed without the index; empty if nothing suggests it."""
    tags = [tag for tag in state.tags if not is_mark(tag)]
    if tags:
        return f"it has the tag {tags[0]}"
    if state.status is not ImageStatus.ACTIVE:
        return "it is archived"
    # Other accounts and Kubernetes pin images by digest, which the guard cannot see.
    return next(signs_of_use(entry.pushed, state), "")
