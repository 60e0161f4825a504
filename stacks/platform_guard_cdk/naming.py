"""What things are called that commands look for."""

STACK_NAME = "ecr-platform-guard"
"""The stack, unless the guard stands in someone else's."""

METADATA_KEY = "platform-guard"
"""Where the template says what was deployed: the version, and the hash of the settings."""
