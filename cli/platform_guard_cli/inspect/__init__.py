"""`platform-guard inspect`: evaluate images."""
