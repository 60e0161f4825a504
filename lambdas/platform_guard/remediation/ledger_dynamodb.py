"""The ledger in the table that holds all state.

One item an entry. An index of its own holds nothing but entries, by repository and time, and leaves
the manifests out: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html
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
"""Bytes of compressed manifests: DynamoDB takes items of 400 KB in all."""


def compressed(documents: bytes) -> bytes:
    """Compress manifests, the same way every time."""
    return gzip.compress(documents, mtime=0)


@dataclass(frozen=True, slots=True)
class DynamoDbLedger:
    """The entries in a table. Raises what botocore raises."""

    client: "DynamoDBClient"
    table: str

    def find(self, entry_id: str) -> Entry | None:
        """Give an entry as it is now, None where there is none."""
        item = self._item(f"deed#{entry_id}")
        if item is None:
            return None
        entry = read_entry(json.loads(item["entry"]["S"]))
        documents = item.get("documents", {}).get("B", b"")
        if not documents:
            return entry
        return replace(entry, documents=read_documents(gzip.decompress(documents)))

    def save(self, entry: Entry) -> Entry:
        """Keep an entry, and give it with its new version. Raises EntryChangedError."""
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
            raise EntryChangedError(f"the entry {entry.id} was changed meanwhile") from error
        return saved

    def release(self, image: Reference, until: str) -> None:
        """Note that a person wants an image left alone that is pushed until then (ISO 8601)."""
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
        """Tell until when; empty where nobody has said so."""
        item = self._item(_released(image))
        return item["until"]["S"] if item else ""

    def entries(self, repository: str = "") -> Iterator[Entry]:
        """Give the entries of a repository, of all without a name; the newest first."""
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
