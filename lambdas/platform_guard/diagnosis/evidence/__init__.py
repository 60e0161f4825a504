"""Evidence about a failed pull, collected from the live account."""
