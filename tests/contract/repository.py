"""Tiny images in a scratch repository, through the ECR API only."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.literals import TargetStorageClassType
    from mypy_boto3_ecr.type_defs import (
        BatchDeleteImageResponseTypeDef,
        BatchGetImageResponseTypeDef,
        ImageDetailTypeDef,
        ImageFailureTypeDef,
        ImageIdentifierTypeDef,
    )

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
ALL_MEDIA_TYPES = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST]

UNKNOWN_DIGEST = f"sha256:{'0' * 64}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as text, with its digest, descriptor and blobs."""

    text: str
    media_type: str
    blobs: tuple[bytes, ...] = ()

    @property
    def digest(self) -> str:
        return digest_of(self.text.encode())

    @property
    def descriptor(self) -> dict[str, object]:
        return {
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": len(self.text.encode()),
        }


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def image(name: str = "app", *, states_media_type: bool = True) -> Manifest:
    """Return an image whose digest depends on its name."""
    config = json.dumps({"architecture": "arm64", "os": "linux", "author": name}).encode()
    layer = f"layer of {name}".encode()
    document: dict[str, object] = {
        "schemaVersion": 2,
        "config": _descriptor(OCI_CONFIG, config),
        "layers": [_descriptor(OCI_LAYER, layer)],
    }
    if states_media_type:
        document["mediaType"] = OCI_MANIFEST
    # The unusual white space makes sure that serializing the document again changes the digest.
    return Manifest(f"{json.dumps(document, indent=5)}\n ", OCI_MANIFEST, (config, layer))


def index(*children: Manifest, note: str = "") -> Manifest:
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [child.descriptor for child in children],
        "annotations": {"note": note},
    }
    return Manifest(json.dumps(document), OCI_INDEX)


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


@dataclass(frozen=True, slots=True)
class ScratchRepository:
    """The repository of one test."""

    ecr: "ECRClient"
    name: str

    def upload(self, content: bytes) -> str:
        """Upload a blob unless it exists, and return its digest."""
        digest = digest_of(content)
        present = self.ecr.batch_check_layer_availability(
            repositoryName=self.name, layerDigests=[digest]
        )
        if any(layer["layerAvailability"] == "AVAILABLE" for layer in present["layers"]):
            return digest
        upload_id = self.ecr.initiate_layer_upload(repositoryName=self.name)["uploadId"]
        self.ecr.upload_layer_part(
            repositoryName=self.name,
            uploadId=upload_id,
            partFirstByte=0,
            partLastByte=len(content) - 1,
            layerPartBlob=content,
        )
        self.ecr.complete_layer_upload(
            repositoryName=self.name, uploadId=upload_id, layerDigests=[digest]
        )
        return digest

    def push(self, manifest: Manifest, *tags: str) -> str:
        """Upload the blobs, put the manifest under each tag or untagged, and return its digest."""
        for blob in manifest.blobs:
            self.upload(blob)
        for tag in tags:
            self.put(manifest, tag)
        if not tags:
            self.ecr.put_image(
                repositoryName=self.name,
                imageManifest=manifest.text,
                imageManifestMediaType=manifest.media_type,
            )
        return manifest.digest

    def put(self, manifest: Manifest, tag: str) -> None:
        self.ecr.put_image(
            repositoryName=self.name,
            imageManifest=manifest.text,
            imageManifestMediaType=manifest.media_type,
            imageTag=tag,
        )

    def get(self, *image_ids: "ImageIdentifierTypeDef") -> "BatchGetImageResponseTypeDef":
        return self.ecr.batch_get_image(
            repositoryName=self.name, imageIds=list(image_ids), acceptedMediaTypes=ALL_MEDIA_TYPES
        )

    def delete(self, *image_ids: "ImageIdentifierTypeDef") -> "BatchDeleteImageResponseTypeDef":
        return self.ecr.batch_delete_image(repositoryName=self.name, imageIds=list(image_ids))

    def move(self, digest: str, target: "TargetStorageClassType") -> str:
        """Move an image to a storage class, and return its new status."""
        return self.ecr.update_image_storage_class(
            repositoryName=self.name,
            imageId={"imageDigest": digest},
            targetStorageClass=target,
        )["imageStatus"]

    def described(self, digest: str) -> "ImageDetailTypeDef | None":
        """Return the details of an image, archived or not, or None if it does not exist."""
        answer = self.ecr.describe_images(
            repositoryName=self.name, filter={"imageStatus": "ANY"}, maxResults=1000
        )
        return next(
            (item for item in answer["imageDetails"] if item["imageDigest"] == digest), None
        )

    def digest_for_tag(self, tag: str) -> str | None:
        """Return the digest that a tag names, or None if the tag does not exist."""
        images = self.get({"imageTag": tag})["images"]
        return images[0]["imageId"]["imageDigest"] if images else None

    def tags_of(self, digest: str) -> set[str] | None:
        """Return the tags of an image, or None if the image does not exist."""
        images = self.get({"imageDigest": digest})["images"]
        tags = {item["imageId"].get("imageTag", "") for item in images}
        return tags - {""} if images else None


def codes(failures: "list[ImageFailureTypeDef]") -> list[str]:
    return [failure["failureCode"] for failure in failures]


@contextmanager
def rejected(code: str) -> Iterator[None]:
    """Expect ECR to reject a call with an exception of its service model."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
