"""Names that the command line looks up in a deployed stack."""

STACK_NAME = "ecr-platform-guard"
"""The stack name, unless the construct is part of another app's stack."""

METADATA_KEY = "platform-guard"
"""The metadata of the push guard's function: deployed version, and SHA-256 of the settings file."""
