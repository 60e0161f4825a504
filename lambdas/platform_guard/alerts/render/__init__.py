"""Alert renderers, one per channel."""
