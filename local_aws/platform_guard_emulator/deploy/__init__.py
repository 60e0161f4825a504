"""Deployment of a synthesized template into the emulator."""
