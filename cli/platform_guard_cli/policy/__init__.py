"""`platform-guard policy`: the policies in a guard.toml."""
