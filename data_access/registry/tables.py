"""The registry's tables. Facts live in the lake; names, birth dates and addresses live here alone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment, kept as UTC without zone; naive moments are refused, because nobody knows what they mean."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To an aware moment in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


BIG = BigInteger().with_variant(Integer, "sqlite")


def _key(name: str = "id") -> Column[Any]:
    """A number the database gives out and never gives out again."""
    return Column(name, BIG, primary_key=True, autoincrement=True)


organization = Table(
    "organization",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("recorded_at", Utc, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("organization", ForeignKey(organization.c.id), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("limits", Text, nullable=False, server_default="{}"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey(account.c.user_id), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("view_as", String(32)),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    _key(),
    Column("at", Utc, nullable=False),
    Column("account_key", String(64), nullable=False),
    Column("address_key", String(64), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index(None, "account_key", "at"),
    Index(None, "address_key", "at"),
    sqlite_autoincrement=True,
)

agreement = Table(
    "agreement",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("tier", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("party", ForeignKey(organization.c.id), nullable=False),
    Column("level", String(20), nullable=False),
    Column("elements", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("finest_area", String(20), nullable=False),
    Column("minimum_count", Integer, nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("contributors", Text, nullable=False, server_default='["*"]'),
    Column("recipients", Text, nullable=False, server_default="[]"),
    Column("programs", Text, nullable=False, server_default="[]"),
    Column("areas", Text, nullable=False, server_default="[]"),
    Column("consent", Text, nullable=False, server_default="{}"),
    Column("destruction_due", Date),
    Column("texts", Text, nullable=False, server_default="{}"),
)

agreement_state = Table(
    "agreement_state",
    metadata,
    _key("sequence"),
    Column("agreement", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", Utc, nullable=False),
    Column("changed_by", String(60), nullable=False, server_default=""),
    Column("organization", String(60), nullable=False, server_default=""),
    Column("reason", String(300), nullable=False, server_default=""),
    ForeignKeyConstraint(["agreement", "version"], [agreement.c.id, agreement.c.version]),
    sqlite_autoincrement=True,
)

agreement_signature = Table(
    "agreement_signature",
    metadata,
    Column("agreement", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("organization", ForeignKey(organization.c.id), primary_key=True),
    Column("signed_by", String(200), nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("user_id", String(60), nullable=False, server_default=""),
    ForeignKeyConstraint(["agreement", "version"], [agreement.c.id, agreement.c.version]),
)

batch = Table(
    "batch",
    metadata,
    _key(),
    Column("kind", String(20), nullable=False),
    Column("contributor", ForeignKey(organization.c.id), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file_name", String(120), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("accepted_at", Utc, nullable=False),
    Column("accepted_by", String(60), nullable=False),
    Column("withdrawn_at", Utc),
    Column("withdrawn_by", String(60)),
    Index(
        "uq_batch_active",
        "kind",
        "contributor",
        "as_of",
        "sha256",
        unique=True,
        sqlite_where=text("withdrawn_at IS NULL"),
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

lake_file = Table(
    "lake_file",
    metadata,
    Column("path", String(300), primary_key=True),
    Column("table_name", String(20), nullable=False, index=True),
    Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
    Column("rows", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("listed_at", Utc, nullable=False),
    Column("struck_at", Utc),
)

source_record = Table(
    "source_record",
    metadata,
    Column("record_id", BIG, primary_key=True, autoincrement=False),
    Column("contributor", ForeignKey(organization.c.id), nullable=False),
    Column("local_id", String(64), nullable=False),
    UniqueConstraint("contributor", "local_id"),
)

identity = Table(
    "identity",
    metadata,
    Column("record_id", ForeignKey(source_record.c.record_id), primary_key=True),
    Column("batch_id", ForeignKey(batch.c.id), primary_key=True),
    Column("last_name", String(100), nullable=False),
    Column("first_name", String(100), nullable=False),
    Column("middle_name", String(100), nullable=False),
    Column("birth_date", Date),
    Column("gender", String(40), nullable=False),
    Column("street", String(200), nullable=False),
    Column("city", String(100), nullable=False),
    Column("state", String(40), nullable=False),
    Column("zip", String(20), nullable=False),
    Column("longitude", String(40), nullable=False),
    Column("latitude", String(40), nullable=False),
    Column("guardian_name", String(200), nullable=False),
    Column("guardian_contact", String(200), nullable=False),
    Index(None, "batch_id"),
)

child = Table(
    "child",
    metadata,
    Column("child_id", BIG, primary_key=True, autoincrement=False),
    Column("since", Utc, nullable=False),
)

match_decision = Table(
    "match_decision",
    metadata,
    _key("sequence"),
    Column("record_id", ForeignKey(source_record.c.record_id), nullable=False, index=True),
    Column("decision", String(20), nullable=False),
    Column("child_id", ForeignKey(child.c.child_id)),
    Column("other_record", ForeignKey(source_record.c.record_id)),
    Column("reason", String(200), nullable=False),
    Column("method", String(60), nullable=False),
    Column("decided_by", String(60), nullable=False),
    Column("decided_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

boundary_set = Table(
    "boundary_set",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("level", String(20), nullable=False),
    Column("vintage", String(20), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("file", String(300), nullable=False),
    Column("imported_at", Utc, nullable=False),
    Column("replaced_at", Utc),
)

area = Table(
    "area",
    metadata,
    Column("boundary_set", ForeignKey(boundary_set.c.id), primary_key=True),
    Column("area_id", String(60), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("parent", String(60)),
    Column("land", Boolean, nullable=False),
)

population = Table(
    "population",
    metadata,
    Column("boundary_set", ForeignKey(boundary_set.c.id), primary_key=True),
    Column("area_id", String(60), primary_key=True),
    Column("value", Float),
    Column("vintage", String(20), nullable=False),
    Column("imported_at", Utc, nullable=False),
    ForeignKeyConstraint(["boundary_set", "area_id"], [area.c.boundary_set, area.c.area_id]),
)

publication = Table(
    "publication",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("made_at", Utc, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("made_by", String(60), nullable=False),
    Column("data_version", String(64), nullable=False),
    Column("withdrawn_at", Utc),
)

publication_file = Table(
    "publication_file",
    metadata,
    Column("publication", ForeignKey(publication.c.id), primary_key=True),
    Column("path", String(300), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
)

saved_report = Table(
    "saved_report",
    metadata,
    _key(),
    Column("user_id", ForeignKey(account.c.user_id), nullable=False),
    Column("name", String(120), nullable=False),
    Column("query", String(2000), nullable=False),
    Column("saved_at", Utc, nullable=False),
    UniqueConstraint("user_id", "name"),
    sqlite_autoincrement=True,
)

# The ledger keeps its rows as text, as they were signed: a database that writes a value its own way breaks the seal.
ledger = Table(
    "ledger",
    metadata,
    Column("sequence", BIG, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(60), nullable=False),
    Column("organization", String(60), nullable=False),
    Column("action", String(40), nullable=False),
    Column("purpose", String(200)),
    Column("agreement", String(80)),
    Column("channel", String(20)),
    Column("outcome", String(20), nullable=False),
    Column("child", BIG, index=True),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
)
