"""The `platform-guard` command, for an operator's machine."""
