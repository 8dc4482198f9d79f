"""The registry's tables for guardians."""
