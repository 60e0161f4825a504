"""The guard's ECR client, which checks every removal right before it happens."""

from collections.abc import Callable
from typing import Any

from tests.simulation.faults import Faults
from tests.simulation.permitted import ARCHIVES
from tests.simulation.registry import DirectEcr, FaultyEcr

Watch = Callable[[str, str, str], None]
"""Called before a removal with the operation, the digest and the tag (empty if archived)."""

Removed = Callable[[str, str], None]
"""Called with the digest and the removed tag."""

Described = Callable[[str], None]
"""Called when an image is described, with the digest if the call names it, else with none."""


class WatchedEcr(FaultyEcr):
    """An ECR client whose calls may fail and whose removals are checked."""

    def __init__(
        self, ecr: DirectEcr, faults: Faults, watch: Watch, removed: Removed, described: Described
    ) -> None:
        super().__init__(ecr, faults)
        self._watch = watch
        self._removed = removed
        self._described_images = described

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        def call() -> Any:
            if operation == "describe_images":
                ids = params.get("imageIds", [])
                self._described_images(ids[0].get("imageDigest", "") if ids else "")
            return self._ecr._call(operation, params)

        return self._faults.call(operation, call, is_repeated=True)

    def batch_delete_image(self, **params: Any) -> Any:
        def delete() -> Any:
            (image_id,) = params["imageIds"]
            tag = image_id.get("imageTag", "")
            named = self.store._tags.get(tag, "")
            self._watch("removes a tag from", image_id.get("imageDigest") or named, tag)
            answer = self._ecr.batch_delete_image(**params)
            if named and tag not in self.store._tags:
                self._removed(named, tag)
            return answer

        return self._faults.call("batch_delete_image", delete, is_repeated=True)

    def update_image_storage_class(self, **params: Any) -> Any:
        def move() -> Any:
            if params["targetStorageClass"] == "ARCHIVE":
                self._watch(ARCHIVES, params["imageId"]["imageDigest"], "")
            return self._ecr.update_image_storage_class(**params)

        return self._faults.call("update_image_storage_class", move, is_repeated=True)
