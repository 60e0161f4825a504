"""Identity-based policies, evaluated by action, resource and condition."""
