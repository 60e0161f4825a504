"""`platform-guard demo`: an end-to-end demo on the emulator."""
