"""The Lambda functions, each with its queue and permissions."""
