"""Mistakes that the command line answers with one line."""


class UsageError(Exception):
    """What was asked for cannot be done as it was asked; the message says what to change."""
