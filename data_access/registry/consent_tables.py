"""The registry's tables for consents."""
