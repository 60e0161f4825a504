"""ECR's operations on images, from PutImage to UpdateImageStorageClass."""

import json

from moto.core.responses import ActionResult
from moto.ecr.models import Repository

from platform_guard_emulator.ecr.errors import (
    ImageFailure,
    ImageId,
    RegistryError,
    invalid_parameter,
)
from platform_guard_emulator.ecr.events import ImageAction, ImageEvent
from platform_guard_emulator.ecr.manifests import parse_manifest, translate
from platform_guard_emulator.ecr.mutability import TagMutability
from platform_guard_emulator.ecr.operations import EcrOperations, without_none
from platform_guard_emulator.ecr.store import ImageStatus, StoredImage


class ImageOperations(EcrOperations):
    """The operations on the image store."""

    archived_failure_code = "ImageInaccessible"
    """The failure code of BatchGetImage for archived images. AWS does not document it. The other
    candidate is ImageNotFound (contract E14)."""

    def put_image(self) -> ActionResult:
        """Store a manifest under its digest (contracts E7 to E10)."""
        manifest = parse_manifest(
            self._get_param("imageManifest"), self._get_param("imageManifestMediaType")
        )
        claimed = self._get_param("imageDigest")
        if claimed is not None and claimed != manifest.digest:
            raise RegistryError(
                "ImageDigestDoesNotMatchException",
                f"The digest '{claimed}' does not match the computed '{manifest.digest}'",
            )
        tag: str | None = self._get_param("imageTag")
        repository = self._repository()
        image = self._store.put(manifest, tag, _mutability(repository), self._registry.clock())
        self._emit(ImageAction.PUSH, ImageId(image.digest, tag), image)
        return ActionResult({"image": self._image(image, ImageId(image.digest, tag), frozenset())})

    def batch_get_image(self) -> ActionResult:
        """Return manifests; those requested by digest are never translated (contracts E1 to E4)."""
        accepted = frozenset(self._get_param("acceptedMediaTypes") or ())
        images: list[dict[str, object]] = []
        failures: list[ImageFailure] = []
        for image_id in self._image_ids():
            found = self._pullable(image_id)
            if isinstance(found, ImageFailure):
                failures.append(found)
                continue
            may_translate = accepted if image_id.digest is None else frozenset[str]()
            images.extend(
                self._image(found, item, may_translate)
                for item in self._store.identifiers(found, image_id)
            )
        return ActionResult({"images": images, "failures": [f.as_json() for f in failures]})

    def batch_delete_image(self) -> ActionResult:
        """Remove images or tags (contracts E5, E6, E15)."""
        before = {image.digest: image for image in self._store.images()}
        deleted, failures = self._store.delete(self._image_ids())
        for item in deleted:
            self._emit(ImageAction.DELETE, item, before[item.digest or ""])
        return ActionResult(
            {
                "imageIds": [item.as_json() for item in deleted],
                "failures": [failure.as_json() for failure in failures],
            }
        )

    def list_images(self) -> ActionResult:
        """Return one identifier per tag, in pages."""
        identifiers = [
            item
            for image in self._filtered()
            for item in self._store.identifiers(image, ImageId(image.digest))
        ]
        page, token = self._page(identifiers)
        return ActionResult(
            without_none({"imageIds": [item.as_json() for item in page], "nextToken": token})
        )

    def describe_images(self) -> ActionResult:
        """Return the details of images (contract E13)."""
        image_ids = self._image_ids()
        if not image_ids:
            page, token = self._page(self._filtered())
            details = [self._detail(image) for image in page]
            return ActionResult(without_none({"imageDetails": details, "nextToken": token}))
        if self._get_param("nextToken") or self._get_param("maxResults"):
            raise invalid_parameter("imageIds cannot be combined with maxResults or nextToken")
        visible = self._filtered()
        named: dict[str, StoredImage] = {}
        for image_id in image_ids:
            found = self._store.resolve(image_id)
            if isinstance(found, ImageFailure) or found not in visible:
                raise self._not_found(image_id)
            named[found.digest] = found
        return ActionResult({"imageDetails": [self._detail(image) for image in named.values()]})

    def update_image_storage_class(self) -> ActionResult:
        """Archive an image, or start to restore it (contract E14)."""
        image_id = _image_id(self._get_param("imageId"))
        image = self._store.resolve(image_id)
        if isinstance(image, ImageFailure):
            raise self._not_found(image_id)
        now = self._registry.clock()
        target = self._get_param("targetStorageClass")
        if target == "ARCHIVE":
            self._store.archive(image, now)
        elif target == "STANDARD":
            self._store.restore(image, now)
        else:
            raise RegistryError("ValidationException", f"targetStorageClass '{target}' is unknown")
        for item in self._store.identifiers(image, image_id):
            self._emit(ImageAction.UPDATE_STORAGE_CLASS, item, image, target)
        repository = self._repository()
        return ActionResult(
            {
                "registryId": repository.registry_id,
                "repositoryName": repository.name,
                "imageId": ImageId(image.digest, image_id.tag).as_json(),
                "imageStatus": image.status(now).value,
            }
        )

    def _image_ids(self) -> list[ImageId]:
        image_ids = [_image_id(item) for item in self._get_param("imageIds") or ()]
        if len(image_ids) > 100:
            raise invalid_parameter("Invalid parameter at 'imageIds': must have 1 to 100 items")
        return image_ids

    def _pullable(self, image_id: ImageId) -> StoredImage | ImageFailure:
        found = self._store.resolve(image_id)
        if isinstance(found, ImageFailure):
            return found
        if found.status(self._registry.clock()) is not ImageStatus.ACTIVE:
            return ImageFailure(image_id, self.archived_failure_code, "Requested image is archived")
        return found

    def _filtered(self) -> list[StoredImage]:
        """Return the images that match `filter`, by default the active ones (contract E13)."""
        filters = self._get_param("filter") or {}
        tag_status = filters.get("tagStatus", "ANY")
        status = filters.get("imageStatus", ImageStatus.ACTIVE.value)
        now = self._registry.clock()
        return [
            image
            for image in self._store.images()
            if status in ("ANY", image.status(now).value)
            and tag_status in ("ANY", "TAGGED" if self._store.tags_of(image.digest) else "UNTAGGED")
        ]

    def _image(
        self, image: StoredImage, image_id: ImageId, accepted: frozenset[str]
    ) -> dict[str, object]:
        repository = self._repository()
        text, media_type = translate(image.manifest, accepted)
        return {
            "registryId": repository.registry_id,
            "repositoryName": repository.name,
            "imageId": image_id.as_json(),
            "imageManifest": text,
            "imageManifestMediaType": media_type,
        }

    def _detail(self, image: StoredImage) -> dict[str, object]:
        repository = self._repository()
        return without_none(
            {
                "registryId": repository.registry_id,
                "repositoryName": repository.name,
                "imageDigest": image.digest,
                "imageTags": self._store.tags_of(image.digest) or None,
                "imageSizeInBytes": self._store.size_of(image),
                "imagePushedAt": image.pushed_at,
                "imageManifestMediaType": image.manifest.media_type,
                "artifactMediaType": image.manifest.artifact_type,
                "lastRecordedPullTime": image.last_pulled_at,
                "subjectManifestDigest": image.manifest.subject,
                "imageStatus": image.status(self._registry.clock()).value,
                "lastArchivedAt": image.archived_at,
                "lastActivatedAt": image.activated_at,
            }
        )

    def _not_found(self, image_id: ImageId) -> RegistryError:
        return RegistryError(
            "ImageNotFoundException",
            f"The image with imageId {json.dumps(image_id.as_json())} does not exist within the "
            f"repository with name '{self._repository().name}'",
        )

    def _emit(
        self,
        action: ImageAction,
        image_id: ImageId,
        image: StoredImage,
        storage_class: str | None = None,
    ) -> None:
        repository = self._repository()
        self._registry.emit(
            ImageEvent(
                action=action,
                account=repository.registry_id,
                region=repository.region_name,
                repository=repository.name,
                digest=image.digest,
                tag=image_id.tag,
                media_type=image.manifest.media_type,
                artifact_type=image.manifest.artifact_type,
                storage_class=storage_class,
            )
        )


def _mutability(repository: Repository) -> TagMutability:
    filters = repository.image_tag_mutability_exclusion_filters or []
    setting = repository.image_tag_mutability
    return TagMutability(
        getattr(setting, "value", setting), tuple(item["filter"] for item in filters)
    )


def _image_id(wire: dict[str, str]) -> ImageId:
    return ImageId(wire.get("imageDigest"), wire.get("imageTag"))
