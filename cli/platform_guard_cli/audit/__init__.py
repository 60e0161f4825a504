"""`platform-guard audit`: evaluates every image in the registry."""
