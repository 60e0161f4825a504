"""guard.toml: parsed, validated and compiled for the functions, outside of the Lambda asset."""
