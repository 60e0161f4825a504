"""The pull diagnosis: stopped task to cause, evidence, fixes and incident."""
