"""SDK plumbing: clients, errors, retries, idempotency, SQS batches."""
