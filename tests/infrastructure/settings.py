"""Settings that the template tests use besides the defaults."""

HARDENED = """
[alerts]
emails = ["team@example.com"]

[deploy]
customer_key = true
reserve_concurrency = true
max_concurrency = 5
"""
"""Settings with every protection enabled."""

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
"""Settings that deploy every optional part."""
