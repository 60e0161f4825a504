"""One renderer per channel."""
