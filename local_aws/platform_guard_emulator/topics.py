"""The messages published to SNS topics, with the text for each protocol."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import Topic

MAXIMUM_MESSAGE_BYTES = 262_144
MAXIMUM_SUBJECT_LENGTH = 99


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """A message on a topic, with its texts by protocol (at least `default`).

    `attributes` maps the name of a message attribute to its string value.
    """

    topic_arn: str
    subject: str | None
    texts: Mapping[str, str]
    attributes: Mapping[str, str]


@contextmanager
def recorded_messages() -> Iterator[list[PublishedMessage]]:
    """Record every message that a topic accepts, with the limits of AWS that moto does not check.

    Subjects: ASCII without control characters, fewer than 100 characters. Messages: 262,144 bytes.
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    messages: list[PublishedMessage] = []
    publish = Topic.publish

    def recording(
        topic: Topic,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        **options: Any,
    ) -> str:
        _check(message, subject)
        message_id = publish(
            topic, message, subject=subject, message_attributes=message_attributes, **options
        )
        attributes = {
            name: str(value["Value"]) for name, value in (message_attributes or {}).items()
        }
        structured = options.get("message_structure") == "json"
        texts = json.loads(message) if structured else {"default": message}
        messages.append(PublishedMessage(topic.arn, subject, texts, attributes))
        return message_id

    with patch.object(Topic, "publish", recording):
        yield messages


def _check(message: str, subject: str | None) -> None:
    if len(message.encode()) > MAXIMUM_MESSAGE_BYTES:
        raise SNSInvalidParameter("Invalid parameter: Message too long")
    if subject is not None and not (
        0 < len(subject) <= MAXIMUM_SUBJECT_LENGTH and subject.isascii() and subject.isprintable()
    ):
        raise SNSInvalidParameter("Invalid parameter: Subject")
