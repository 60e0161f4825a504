"""The resources that all functions share."""
