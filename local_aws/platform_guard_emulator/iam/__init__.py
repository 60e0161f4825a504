"""Identity-based policies, compared by action, true resource and condition."""
