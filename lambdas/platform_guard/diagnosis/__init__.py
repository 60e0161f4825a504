"""Diagnosis of stopped tasks: cause, evidence, fixes and incidents."""
