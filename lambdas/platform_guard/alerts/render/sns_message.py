"""Rendering as one SNS message, with a text for each subscription protocol.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.truncate import shrink_to_fit
from platform_guard.text import one_line

_BYTES = 250_000
"""The share of the texts in the SNS limit of 262,144; the rest is for the attributes."""

_ATTRIBUTE_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """The parameters of one SNS Publish call."""

    subject: str
    texts: Mapping[str, str]
    """By subscription protocol; `default` for all others."""
    attributes: Mapping[str, str]
    """Message attributes for filter policies. SNS rejects empty values."""

    @property
    def body(self) -> str:
        """The value of `Message` with `MessageStructure=json`."""
        return json.dumps(dict(self.texts), ensure_ascii=False)


def compose_message(alert: Alert) -> TopicMessage:
    """Render an alert for every protocol, truncated to fit into one message."""
    return _compose(shrink_to_fit(alert, lambda cut: len(_compose(cut).body.encode()) <= _BYTES))


def _compose(alert: Alert) -> TopicMessage:
    machine = render_json(alert)
    attributes = {
        "severity": alert.severity,
        "status": alert.status,
        "code": alert.code,
        "repository": alert.repository,
        "service": alert.service,
    }
    return TopicMessage(
        subject=render_subject(alert),
        texts={
            "default": render_short(alert),
            "email": render_text(alert),
            "https": render_q(alert),
            "sqs": machine,
            "lambda": machine,
        },
        attributes={
            name: one_line(value)[:_ATTRIBUTE_CHARACTERS]
            for name, value in attributes.items()
            if one_line(value)
        },
    )
