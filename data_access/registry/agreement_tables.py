"""The registry's tables for people who are invited, for emergencies, and for data that are destroyed."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data_access.registry.tables import Utc, _key, account, agreement, metadata, organization

# A code is worth nothing but its hash here; a row stays as the record of who asked whom in.
invitation = Table(
    "invitation",
    metadata,
    _key(),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("organization", ForeignKey(organization.c.id), nullable=False),
    Column("role", String(20), nullable=False),
    Column("limits", Text, nullable=False),
    Column("invited_by", String(60), nullable=False),
    Column("invited_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("accepted_at", Utc),
    Column("withdrawn_at", Utc),
    sqlite_autoincrement=True,
)

# An emergency disclosure: to whom, about which child, for how long, and who was told.
emergency = Table(
    "emergency",
    metadata,
    _key(),
    Column("user_id", ForeignKey(account.c.user_id), nullable=False),
    Column("child", BigInteger, nullable=False),
    Column("elements", Text, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("threat", String(500), nullable=False),
    Column("told", ForeignKey(account.c.user_id), nullable=False),
    Column("starts", Utc, nullable=False),
    Column("ends", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("read_at", Utc),
    Index(None, "user_id", "ends"),
    sqlite_autoincrement=True,
)

# What was received under an agreement is destroyed: one party's statement, for one day by which it was due.
destruction = Table(
    "destruction",
    metadata,
    _key(),
    Column("agreement", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("destroyed_on", Date, nullable=False),
    Column("method", String(300), nullable=False),
    Column("certified_by", String(200), nullable=False),
    Column("organization", ForeignKey(organization.c.id), nullable=False),
    Column("recorded_by", String(60), nullable=False),
    Column("recorded_at", Utc, nullable=False),
    ForeignKeyConstraint(["agreement", "version"], [agreement.c.id, agreement.c.version]),
    UniqueConstraint("agreement", "due"),
    sqlite_autoincrement=True,
)
