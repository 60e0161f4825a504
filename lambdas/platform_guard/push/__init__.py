"""The push guard: push event to verdict, remediation and alert."""
