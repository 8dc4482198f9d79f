"""All tables of the registry, declared together: what migrations are compared with."""

from data_access.registry import agreement_tables, case_tables, consent_tables, guardian_tables
from data_access.registry.tables import metadata

__all__ = ["agreement_tables", "case_tables", "consent_tables", "guardian_tables", "metadata"]
