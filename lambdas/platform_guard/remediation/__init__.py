"""What is done about a finding: plan, safety checks, executor, ledger, undo."""
