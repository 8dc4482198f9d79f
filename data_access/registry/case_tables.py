"""The registry's tables for cases where parents disagree, and the evidence of enrollment."""

from sqlalchemy import Column, Date, ForeignKey, String, Table

from data_access.registry.consent_tables import dispute, postsecondary
from data_access.registry.tables import BIG, metadata

# Why the backbone closed a case; through: the newest statement about the child it knew of. A later one is a new case.
dispute_note = Table(
    "dispute_note",
    metadata,
    Column("dispute", ForeignKey(dispute.c.id), primary_key=True, autoincrement=False),
    Column("note", String(1000), nullable=False),
    Column("through", BIG, nullable=False),
)

# On which day all statements were looked through for disagreements, and the newest statement that was.
dispute_review = Table(
    "dispute_review",
    metadata,
    Column("day", Date, primary_key=True),
    Column("through", BIG, nullable=False),
)

postsecondary_evidence = Table(
    "postsecondary_evidence",
    metadata,
    Column("entry", ForeignKey(postsecondary.c.id), primary_key=True, autoincrement=False),
    Column("evidence", String(200), nullable=False),
)
