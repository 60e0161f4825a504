"""The images that the sweep has evaluated: one state table item per repository."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

# Each sweep renews the item of a repository in time. The item of a deleted repository expires.
_KEPT_SECONDS = 60 * 24 * 3600


@dataclass(frozen=True, slots=True)
class EvaluatedState:
    """The evaluated images of a repository, as stored."""

    keys: frozenset[bytes] = frozenset()
    version: int = 0
    """Number of writes so far."""
    expires: int = 0
    """Seconds since 1970."""

    def is_current(self, keys: Collection[bytes], now: float) -> bool:
        """Return whether `keys` are stored and do not expire soon, so that no write is needed."""
        if not keys and not self.version:
            return True
        return self.keys == keys and self.expires - now > _KEPT_SECONDS / 2

    def after_write(self, keys: Collection[bytes]) -> "EvaluatedState":
        """Return the state after this process has written `keys`."""
        return replace(self, keys=frozenset(keys), version=self.version + 1)


def read_evaluated(client: "DynamoDBClient", table: str, repository: str) -> EvaluatedState:
    """Read the evaluated images of a repository: one call per 40,000 images."""
    contents: list[bytes] = []
    first = EvaluatedState()
    items = 1
    while len(contents) < items:
        key = _item_id(repository, len(contents))
        answer = client.get_item(TableName=table, Key={"id": {"S": key}}, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            break
        if not contents:
            items = int(item["items"]["N"])
            version, expires = int(item["version"]["N"]), int(item["expiration"]["N"])
            first = EvaluatedState(version=version, expires=expires)
        contents.append(bytes(item["judged"]["B"]))
    return EvaluatedState(frozenset(unpack(contents)), first.version, first.expires)


def evaluated_writes(
    table: str, repository: str, known: EvaluatedState, keys: Collection[bytes], now: float
) -> "list[TransactWriteItemTypeDef]":
    """Return the writes of the evaluated images, conditional on the version that was read."""
    contents = pack(keys)
    writes: list[TransactWriteItemTypeDef] = []
    for number, content in enumerate(contents):
        put: PutTypeDef = {
            "TableName": table,
            "Item": {
                "id": {"S": _item_id(repository, number)},
                "judged": {"B": content},
                "items": {"N": str(len(contents))},
                "version": {"N": str(known.version + 1)},
                "expiration": {"N": str(int(now) + _KEPT_SECONDS)},
            },
        }
        if number == 0 and known.version:
            put["ConditionExpression"] = "version = :known"
            put["ExpressionAttributeValues"] = {":known": {"N": str(known.version)}}
        elif number == 0:
            put["ConditionExpression"] = "attribute_not_exists(id)"
        writes.append({"Put": put})
    return writes


def _item_id(repository: str, number: int) -> str:
    return f"judged#{repository}#{number}"


KEY_BYTES = 8
"""Length of a key. Among 100,000 images, the probability of a collision is 3 in 10 billion."""


KEYS_PER_ITEM = 40_000
"""Keeps an item below the 400 KB limit and a transaction of several below 4 MB."""


def evaluated_key(digest: str, policy_fingerprint: str) -> bytes:
    """Return the key of an image that was evaluated under a policy."""
    name = f"{digest} {policy_fingerprint}"
    return hashlib.sha256(name.encode()).digest()[:KEY_BYTES]


def image_key(digest: str) -> bytes:
    """Return the key of an image that was evaluated under any policy."""
    return evaluated_key(digest, "")


def pending_key(digest: str, policy_fingerprint: str) -> bytes:
    """Return the key of a reported image whose remedy under a policy is pending."""
    return evaluated_key(digest, f"waiting {policy_fingerprint}")


def pack(keys: Iterable[bytes]) -> list[bytes]:
    """Encode keys as the contents of one or more items."""
    ordered = sorted(keys)
    starts = range(0, max(len(ordered), 1), KEYS_PER_ITEM)
    return [b"".join(ordered[start : start + KEYS_PER_ITEM]) for start in starts]


def unpack(contents: Iterable[bytes]) -> Iterator[bytes]:
    """Decode keys from the contents of items."""
    for content in contents:
        for start in range(0, len(content), KEY_BYTES):
            yield content[start : start + KEY_BYTES]
