"""The alert by which somebody tries whether alerts arrive."""

from platform_guard.alerts.alert import Alert, Fix, Severity, Status


def build_test_alert(account: str, region: str, time: str) -> Alert:
    """Say that this is a test, in a way that no one takes for anything else."""
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
