"""`platform-guard explain`: what a pull error means."""
