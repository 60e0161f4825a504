"""`platform-guard doctor`, `preflight` and `test-alert`: checks around a deployment."""
