"""Remedies for findings: plan, safety checks, executor, ledger, undo."""
