"""A repository in Amazon ECR, as a store of images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import LookUpError, error_code
from platform_guard.oci.reader import Inaccessible, StoredDocument
from platform_guard.registry.blobs import download
from platform_guard.registry.download import IDS_PER_CALL, BatchAnswer, batch_get_image
from platform_guard.registry.reference import Reference, Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

# GetDownloadUrlForLayer: no image in the repository has such a layer any more.
_NO_SUCH_LAYER = frozenset({"LayersNotFoundException", "LayerInaccessibleException"})


@dataclass(frozen=True, slots=True)
class EcrRepository:
    """The images of one repository."""

    client: "ECRClient"
    repository: Repository

    def resolve(self, image: Reference) -> StoredDocument | None:
        """Fetch what a reference names; None where that is gone or archived.

        Asked for tag and digest together, an image whose tag has moved on is gone. One call. Raises
        LookUpError where ECR could not look.
        """
        image_id: ImageIdentifierTypeDef = {}
        if image.tag:
            image_id["imageTag"] = image.tag
        if image.digest:
            image_id["imageDigest"] = image.digest
        try:
            found = self._batch_get([image_id]).documents
        except self.client.exceptions.RepositoryNotFoundException:
            return None
        return found[0] if found else None

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Inaccessible]:
        """Fetch manifests and indexes by digest, a call a hundred; absent ones are left out."""
        found: dict[str, StoredDocument | Inaccessible] = {}
        for start in range(0, len(digests), IDS_PER_CALL):
            part = digests[start : start + IDS_PER_CALL]
            answer = self._batch_get([{"imageDigest": digest} for digest in part])
            found |= {document.digest: document for document in answer.documents}
            found |= {
                digest: Inaccessible(reason) for digest, reason in answer.inaccessible.items()
            }
        return found

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Fetch a config blob: one call and one GET; None where it is not there."""
        try:
            answer = self.client.get_download_url_for_layer(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                layerDigest=digest,
            )
        except ClientError as error:
            if error_code(error) in _NO_SUCH_LAYER:
                return None
            raise
        return download(answer["downloadUrl"], size_limit)

    def _batch_get(self, image_ids: "Sequence[ImageIdentifierTypeDef]") -> BatchAnswer:
        """Fetch what the ids name, where ECR could look at all of it."""
        answer = batch_get_image(self.client, self.repository, image_ids)
        for reason in answer.unseen.values():
            raise LookUpError(reason)
        return answer
