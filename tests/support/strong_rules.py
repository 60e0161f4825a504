"""A policy that takes something away: a repository for each remedy that does."""

STRONG_RULES = """
[[repository]]
repository = "quarantine/*"
remedies.missing-platform = "quarantine"

[[repository]]
repository = "archive/*"
remedies.missing-platform = "archive"

[[repository]]
repository = "delete/*"
remedies.missing-platform = "delete"
grace = "0m"

[[repository]]
repository = "later/*"
remedies.missing-platform = "delete"
grace = "24h"
"""
