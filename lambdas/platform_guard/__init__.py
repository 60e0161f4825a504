"""What a container image holds, whether it can run where it is meant to, and what to do if not."""
