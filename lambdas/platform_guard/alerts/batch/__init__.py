"""Batching of related alerts into one message."""
