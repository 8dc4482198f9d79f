"""The registry's tables for agreements."""
