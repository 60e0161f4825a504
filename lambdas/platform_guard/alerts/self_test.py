"""The alert that verifies delivery."""

from platform_guard.alerts.alert import Alert, Fix, Severity, Status


def build_test_alert(account: str, region: str, time: str) -> Alert:
    """Return an alert that is clearly recognizable as a test; `time` is the text to show."""
    return Alert(
        severity=Severity.INFO,
        code="test",
        repository="test",
        title="Test: alerts of the ECR platform guard arrive here",
        summary="Somebody ran platform-guard test-alert. No image and no task is affected.",
        facts=(("Account", f"{account}, {region}"), ("Sent", time)),
        fixes=(
            Fix(
                "A real alert has a command to copy here, such as",
                ("docker buildx build --platform linux/amd64 -t IMAGE --push .",),
            ),
        ),
        group=f"test {account} {region}",
        status=Status.TEST,
        account=account,
        region=region,
    )
