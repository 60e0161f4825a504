"""ECR's operations on blobs: upload in parts, availability, download."""

import base64

from moto.core.responses import ActionResult

from platform_guard_emulator.ecr.errors import RegistryError
from platform_guard_emulator.ecr.layers import SUGGESTED_PART_SIZE
from platform_guard_emulator.ecr.operations import EcrOperations


class LayerOperations(EcrOperations):
    """The operations on the layer store."""

    def initiate_layer_upload(self) -> ActionResult:
        """Start the upload of a blob."""
        upload_id = self._registry.new_id()
        self._store.layers.initiate(upload_id)
        return ActionResult({"uploadId": upload_id, "partSize": SUGGESTED_PART_SIZE})

    def upload_layer_part(self) -> ActionResult:
        """Append a part to a blob."""
        upload_id = self._get_param("uploadId")
        last = self._store.layers.add_part(
            upload_id,
            int(self._get_param("partFirstByte")),
            int(self._get_param("partLastByte")),
            base64.b64decode(self._get_param("layerPartBlob")),
        )
        return self._layer_result(uploadId=upload_id, lastByteReceived=last)

    def complete_layer_upload(self) -> ActionResult:
        """Store an uploaded blob under its digest."""
        upload_id = self._get_param("uploadId")
        digest = self._store.layers.complete(upload_id, self._get_param("layerDigests"))
        return self._layer_result(uploadId=upload_id, layerDigest=digest)

    def batch_check_layer_availability(self) -> ActionResult:
        """Return which blobs are present."""
        layers: list[dict[str, object]] = []
        failures: list[dict[str, str]] = []
        for digest in self._get_param("layerDigests"):
            if digest in self._store.layers:
                content = self._store.layers.content(digest)
                layer = {"layerDigest": digest, "layerAvailability": "AVAILABLE"}
                layers.append(layer if content is None else {**layer, "layerSize": len(content)})
            else:
                failures.append(
                    {
                        "layerDigest": digest,
                        "failureCode": "MissingLayerDigest",
                        "failureReason": f"Layer digest '{digest}' could not be found",
                    }
                )
        return ActionResult({"layers": layers, "failures": failures})

    def get_download_url_for_layer(self) -> ActionResult:  # type: ignore[override]
        """Return a download URL, or LayerInaccessibleException for an unreferenced blob (E11)."""
        digest = self._get_param("layerDigest")
        if digest not in self._store.layers:
            raise RegistryError(
                "LayersNotFoundException", f"The layer with digest '{digest}' does not exist"
            )
        if not self._store.is_blob_referenced(digest):
            raise RegistryError(
                "LayerInaccessibleException",
                f"The layer with digest '{digest}' is not associated with an image",
            )
        url = self._registry.downloads.publish(digest, self._store.layers.content(digest))
        return ActionResult({"downloadUrl": url, "layerDigest": digest})

    def _layer_result(self, **members: str | int) -> ActionResult:
        repository = self._repository()
        return ActionResult(
            {
                "registryId": repository.registry_id,
                "repositoryName": repository.name,
                **members,
            }
        )
