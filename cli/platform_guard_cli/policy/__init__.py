"""`platform-guard policy`: which rules apply to an image."""
