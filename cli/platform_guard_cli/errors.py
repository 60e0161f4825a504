"""Errors that the command line reports in one line."""


class UsageError(Exception):
    """The request cannot be carried out as given. The message says what to change."""
