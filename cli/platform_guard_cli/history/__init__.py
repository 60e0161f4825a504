"""`platform-guard history`, `undo` and `clear-marks`: the guard's actions, and how to undo them."""
