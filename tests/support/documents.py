"""Manifest and index fields, and shortcuts to the parser."""

import json

from platform_guard.oci.manifest import Document, Malformed, parse_document
from tests.support.images import Json, config, image, layer, listed

PLAIN = image()
CONFIG = config().descriptor()
CHILD = listed(PLAIN, "linux/amd64").descriptor
INDEX_FIELDS: Json = {"schemaVersion": 2, "manifests": [CHILD]}
MANIFEST_FIELDS: Json = {"schemaVersion": 2, "config": CONFIG, "layers": [layer()]}


def parsed(fields: object, media_type: str = "") -> Document:
    return parse_document(json.dumps(fields).encode(), media_type)


def malformed_reason(document: object) -> str:
    assert isinstance(document, Malformed), document
    return document.reason
