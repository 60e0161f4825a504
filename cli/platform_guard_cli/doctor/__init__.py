"""`platform-guard doctor`, `preflight` and `test-alert`: checks before and after a deployment."""
