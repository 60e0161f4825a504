"""Policy rules with destructive remedies, one repository prefix per remedy."""

DESTRUCTIVE_RULES = """
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
