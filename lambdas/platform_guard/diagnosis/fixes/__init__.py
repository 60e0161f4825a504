"""The commands that fix a failed pull, by cause."""
