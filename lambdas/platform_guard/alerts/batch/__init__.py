"""Alerts collected for a short while, so that related ones are sent as one message."""
