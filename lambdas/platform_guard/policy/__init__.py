"""Policies for images: requirements, rules, tag overrides, evaluation and verdicts."""
