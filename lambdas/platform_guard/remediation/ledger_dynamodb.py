"""The ledger in the state table.

One item per entry. A sparse index lists only entries, by repository and time, without manifests: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from platform_guard.registry.reference import Reference
from platform_guard.remediation.ledger import (
    KEPT,
    LEDGER_INDEX,
    Entry,
    EntryChangedError,
    read_documents,
    read_entry,
    write_documents,
    write_entry,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

DOCUMENTS_LIMIT = 300_000
"""Bytes of compressed manifests. A DynamoDB item has at most 400 KB."""


def compressed(documents: bytes) -> bytes:
    """Compress manifests reproducibly."""
    return gzip.compress(documents, mtime=0)


@dataclass(frozen=True, slots=True)
class DynamoDbLedger:
    """Ledger entries in a table. Raises botocore errors."""

    client: "DynamoDBClient"
    table: str

    def find(self, entry_id: str) -> Entry | None:
        """Return the entry with its manifests, None if there is none."""
        item = self._item(f"deed#{entry_id}")
        if item is None:
            return None
        entry = read_entry(json.loads(item["entry"]["S"]))
        documents = item.get("documents", {}).get("B", b"")
        if not documents:
            return entry
        return replace(entry, documents=read_documents(gzip.decompress(documents)))

    def save(self, entry: Entry) -> Entry:
        """Store an entry and return it with its new version. Raises EntryChangedError."""
        saved = replace(entry, version=entry.version + 1)
        expires = datetime.fromisoformat(entry.at) + KEPT
        item: dict[str, AttributeValueTypeDef] = {
            "id": {"S": f"deed#{entry.id}"},
            "repository": {"S": entry.image.repository.name},
            "at": {"S": entry.at},
            "entry": {"S": json.dumps(write_entry(saved))},
            "version": {"N": str(saved.version)},
            "expiration": {"N": str(int(expires.timestamp()))},
        }
        documents = compressed(write_documents(entry.documents))
        if entry.documents and len(documents) <= DOCUMENTS_LIMIT:
            item["documents"] = {"B": documents}
        try:
            self.client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(id) OR version = :version",
                ExpressionAttributeValues={":version": {"N": str(entry.version)}},
            )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            raise EntryChangedError(f"entry {entry.id} was changed by another process") from error
        return saved

    def release(self, image: Reference, until: str) -> None:
        """Ignore pushes of an image until a time (ISO 8601)."""
        expires = datetime.fromisoformat(until) + KEPT
        self.client.put_item(
            TableName=self.table,
            Item={
                "id": {"S": _released(image)},
                "until": {"S": until},
                "expiration": {"N": str(int(expires.timestamp()))},
            },
        )

    def released_until(self, image: Reference) -> str:
        """Return the time (ISO 8601) until which pushes of an image are ignored, or empty."""
        item = self._item(_released(image))
        return item["until"]["S"] if item else ""

    def entries(self, repository: str = "") -> Iterator[Entry]:
        """Return entries without manifests, newest first: of one repository, or of all."""
        if repository:
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                IndexName=LEDGER_INDEX,
                KeyConditionExpression="repository = :repository",
                ExpressionAttributeValues={":repository": {"S": repository}},
                ScanIndexForward=False,
            )
            items = [item for page in pages for item in page["Items"]]
        else:
            found = self.client.get_paginator("scan").paginate(
                TableName=self.table, IndexName=LEDGER_INDEX
            )
            items = [item for page in found for item in page["Items"]]
            items.sort(key=lambda item: item["at"]["S"], reverse=True)
        return (read_entry(json.loads(item["entry"]["S"])) for item in items)

    def _item(self, item_id: str) -> "dict[str, AttributeValueTypeDef] | None":
        answer = self.client.get_item(
            TableName=self.table, Key={"id": {"S": item_id}}, ConsistentRead=True
        )
        return answer.get("Item")


def _released(image: Reference) -> str:
    return f"given-back#{hashlib.sha256(image.uri.encode()).hexdigest()}"
