"""`platform-guard inspect`: evaluates one image."""
