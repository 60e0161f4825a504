"""Settings that the templates are checked with, next to the defaults."""

HARDENED = """
[alerts]
emails = ["team@example.com"]

[deploy]
customer_key = true
reserve_concurrency = true
max_concurrency = 5
"""
"""An operator who wants every protection there is."""

EVERYTHING = """
[guard]
repository_overrides = ["remedy", "grace"]
grace = "24h"

[[slack.channel]]
name = "platform"
secret = "platform-guard/slack"

[amazon_q]
workspace_id = "T01234ABCDE"
channel_id = "C01234ABCDE"

[remedies]
missing-platform = "delete"

[deploy]
customer_key = true
"""
"""An operator who uses every part there is."""
