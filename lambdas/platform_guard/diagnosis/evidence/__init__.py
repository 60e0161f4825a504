"""What the live account says about a failed pull."""
