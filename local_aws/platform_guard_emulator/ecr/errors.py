"""ECR's errors: for a whole call, or for one image identifier of a batch."""

from dataclasses import dataclass


class RegistryError(Exception):
    """ECR rejects the call. `code` is the name of the exception in ECR's service model."""

    def __init__(self, code: str, message: str, **members: str | int) -> None:
        super().__init__(message)
        self.code = code
        self.members = members


def invalid_parameter(message: str) -> RegistryError:
    """Return an InvalidParameterException."""
    return RegistryError("InvalidParameterException", message)


@dataclass(frozen=True, slots=True)
class ImageId:
    """An `ImageIdentifier`: a tag, a digest, or both."""

    digest: str | None = None
    tag: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the wire form without absent members."""
        wire = {"imageDigest": self.digest, "imageTag": self.tag}
        return {key: value for key, value in wire.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ImageFailure:
    """One identifier of a batch that failed, answered with HTTP 200 (contract E1)."""

    image_id: ImageId
    code: str
    reason: str

    def as_json(self) -> dict[str, object]:
        """Return the wire form."""
        return {
            "imageId": self.image_id.as_json(),
            "failureCode": self.code,
            "failureReason": self.reason,
        }
