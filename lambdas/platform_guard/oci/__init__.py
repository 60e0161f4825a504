"""The OCI image specification: platforms, manifests, classification, reading."""
