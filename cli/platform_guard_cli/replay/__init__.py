"""`platform-guard replay` and `preview`: what the deployed guard does with an event."""
