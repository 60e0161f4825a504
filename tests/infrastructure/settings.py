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
