"""Alembic migrations of the registry, from the first schema on."""
