"""Delivery to Slack by incoming webhooks."""
