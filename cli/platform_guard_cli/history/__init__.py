"""`platform-guard history`, `undo` and `clear-marks`."""
