"""An alert as one message of SNS, with a text for each kind of subscriber.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.truncate import fitted
from platform_guard.text import one_line

_BYTES = 250_000
"""Of SNS's 262,144, for the texts; the rest is for the attributes."""

_ATTRIBUTE_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """What is published, once."""

    subject: str
    texts: Mapping[str, str]
    """By the protocol of the subscription; `default` for all others."""
    attributes: Mapping[str, str]
    """What subscribers can filter by. SNS takes none that is empty."""

    @property
    def body(self) -> str:
        """The texts as SNS wants them, with `MessageStructure=json`."""
        return json.dumps(dict(self.texts), ensure_ascii=False)


def compose_message(alert: Alert) -> TopicMessage:
    """Render an alert for every subscriber, cut as far as it takes to fit into one message."""
    return _compose(fitted(alert, lambda cut: len(_compose(cut).body.encode()) <= _BYTES))


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
