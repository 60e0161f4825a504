"""The alert value, and the grouping, rendering and delivery of alerts."""
