"""Conversion of CloudWatch alarm notifications, which share the SNS topic, into alerts.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

import json

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.render.json_format import AlertError


def alert_about_alarm(text: str) -> Alert:
    """Parse an alarm notification. Raise AlertError if the text is something else."""
    try:
        fields = json.loads(text)
        name, state = str(fields["AlarmName"]), str(fields["NewStateValue"])
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise AlertError(f"neither an alert nor a CloudWatch alarm: {text[:80]!r}") from error
    resolved = state == "OK"
    return Alert(
        severity=Severity.INFO if resolved else Severity.WARNING,
        code="alarm",
        repository="",
        title=f"{name}: {'resolved' if resolved else 'alarm'}",
        summary=str(fields.get("AlarmDescription") or fields.get("NewStateReason") or name),
        facts=(("Reason", str(fields.get("NewStateReason", ""))),),
        group=f"alarm {name}",
        status=Status.RESOLVED if resolved else Status.OPEN,
        account=str(fields.get("AWSAccountId", "")),
    )
