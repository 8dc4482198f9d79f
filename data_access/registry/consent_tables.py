"""The registry's tables for consents: statements, what they cover, who signs, court orders, disputes; append-only.

What is said about a child hangs on a contributor's record of it; the child is that of the record's newest link.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, String, Table, Text

from data_access.registry.tables import BIG, Utc, batch, child, identity, metadata, organization, source_record


def _key(name: str = "id") -> Column[int]:
    return Column(name, BIG, primary_key=True, autoincrement=True)


# What statements say is said by thousands in the same words; kept once, a reader finds the few that concern it.
consent_coverage = Table(
    "consent_coverage",
    metadata,
    _key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("basis", String(20), nullable=False),
    Column("level", String(20), nullable=False),
    Column("elements", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("disclosing", Text, nullable=False),
    Column("recipients", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Somebody who signs, by name alone: the same mother of two records that turn out to be one child is one signer.
consent_signer = Table(
    "consent_signer",
    metadata,
    _key(),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False, unique=True),
    Column("recorded_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# token: chance, so that a copy of the first rows can be told from that of another history.
consent_event = Table(
    "consent_event",
    metadata,
    _key("sequence"),
    Column("record", ForeignKey(source_record.c.record_id), nullable=False, index=True),
    Column("signer", ForeignKey(consent_signer.c.id), nullable=False),
    Column("relationship", String(40), nullable=False),
    Column("capacity", String(20), nullable=False),
    Column("say", String(10), nullable=False),
    Column("coverage", ForeignKey(consent_coverage.c.id), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    Column("organization", ForeignKey(organization.c.id), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("signed_on", Date),
    Column("effective_on", Date),
    Column("expires_on", Date),
    Column("evidence", String(200)),
    Column("form", String(40)),
    Column("form_version", String(20)),
    Column("language", String(8)),
    Column("batch_id", ForeignKey(batch.c.id)),
    Column("token", String(32), nullable=False),
    Index(None, "expires_on"),
    sqlite_autoincrement=True,
)

consent_scan = Table(
    "consent_scan",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("kept_at", Utc, nullable=False),
)

# An order is changed by one that replaces it; `ends` before `starts` says that it never held.
court_order = Table(
    "court_order",
    metadata,
    _key(),
    Column("record", ForeignKey(source_record.c.record_id), nullable=False, index=True),
    Column("signer", ForeignKey(consent_signer.c.id), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date),
    Column("evidence", String(200)),
    Column("replaces", BIG, ForeignKey("court_order.id"), unique=True),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    sqlite_autoincrement=True,
)

# The newest row of a record counts; no day says that the earlier entry was a mistake.
postsecondary = Table(
    "postsecondary",
    metadata,
    _key(),
    Column("record", ForeignKey(source_record.c.record_id), nullable=False, index=True),
    Column("starts_on", Date),
    Column("recorded_at", Utc, nullable=False),
    Column("recorded_by", String(60), nullable=False),
    sqlite_autoincrement=True,
)

dispute = Table(
    "dispute",
    metadata,
    _key(),
    Column("child", ForeignKey(child.c.child_id), nullable=False, index=True),
    Column("event", ForeignKey(consent_event.c.sequence), nullable=False),
    Column("opened_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

dispute_end = Table(
    "dispute_end",
    metadata,
    Column("dispute", ForeignKey(dispute.c.id), primary_key=True),
    Column("settled_at", Utc, nullable=False),
    Column("settled_by", String(60), nullable=False),
    Column("how", String(400), nullable=False),
)

# To those who came of age.
Index(None, identity.c.birth_date)
