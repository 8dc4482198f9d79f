"""Statements, court orders and enrollment hang on a contributor's record; signers are known by name alone.

The tables are put aside, dropped from the last that refers to the first, and filled anew: SQLite can neither drop a
column that refers to another table nor take away a table that others refer to.
"""

import json
from importlib import import_module

import sqlalchemy as sa
from alembic import op

from data_access.registry.tables import BIG

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Those that are referred to before those that refer, with their keys.
TABLES = {
    "consent_signer": "id",
    "postsecondary": "id",
    "consent_event": "sequence",
    "court_order": "id",
    "dispute": "id",
    "dispute_end": None,
}
# The tables as they were made first.
_BEFORE = import_module("data_access.registry.migrations.versions.0003_consent")


def upgrade() -> None:
    """Forward: the record is the child's lowest of a contributor the statement lets share, else its lowest."""
    _put_aside()
    _held()
    for make in (_consent_signer, _postsecondary, _consent_event, _court_order):
        make()
    for name in ("dispute", "dispute_end"):
        getattr(_BEFORE, f"_{name}")()
    op.execute("CREATE TABLE joined AS SELECT name_key, MIN(id) AS first FROM aside_consent_signer GROUP BY name_key")
    op.execute(
        "INSERT INTO consent_signer (id, name, name_key, recorded_at) SELECT s.id, s.name, s.name_key, s.recorded_at "
        "FROM aside_consent_signer s JOIN joined j ON j.first = s.id"
    )
    signer = (
        "(SELECT j.first FROM aside_consent_signer s JOIN joined j ON j.name_key = s.name_key WHERE s.id = x.signer)"
    )
    shares = (
        "(SELECT MIN(h.record) FROM held h JOIN shares d ON d.contributor = h.contributor "
        "WHERE h.child = x.child AND d.coverage = x.coverage)"
    )
    lowest = "(SELECT MIN(h.record) FROM held h WHERE h.child = x.child)"
    ever = "(SELECT MIN(m.record_id) FROM match_decision m WHERE m.child_id = x.child AND m.decision = 'link')"
    _fill("postsecondary", record=f"COALESCE({lowest}, {ever})")
    _fill("consent_event", record=f"COALESCE({shares}, {lowest}, {ever})", signer=signer)
    _fill("court_order", record=f"COALESCE({lowest}, {ever})", signer=signer)
    _fill("dispute")
    _fill("dispute_end")
    for name in ("joined", "held", "shares"):
        op.drop_table(name)
    _clear()


def downgrade() -> None:
    """Back: to the child each record is of now; a signer of several children becomes one for each."""
    _put_aside()
    for name in TABLES:
        getattr(_BEFORE, f"_{name}")()
    child = (
        "(SELECT m.child_id FROM match_decision m WHERE m.record_id = x.record AND m.decision = 'link' "
        "ORDER BY m.sequence DESC LIMIT 1)"
    )
    both = " UNION ".join(
        f"SELECT x.signer, {child} AS child FROM aside_{n} x"  # noqa: S608
        for n in ("consent_event", "court_order")
    )
    op.execute(
        "CREATE TABLE parted AS SELECT signer, child, ROW_NUMBER() OVER (ORDER BY signer, child) AS number "  # noqa: S608
        f"FROM ({both}) AS pairs"
    )
    op.execute(
        "INSERT INTO consent_signer (id, child, name, name_key, recorded_at) "
        "SELECT p.number, p.child, s.name, s.name_key, s.recorded_at "
        "FROM parted p JOIN aside_consent_signer s ON s.id = p.signer"
    )
    signer = f"(SELECT p.number FROM parted p WHERE p.signer = x.signer AND p.child = {child})"  # noqa: S608
    _fill("postsecondary", child=child)
    _fill("consent_event", child=child, signer=signer)
    _fill("court_order", child=child, signer=signer)
    _fill("dispute")
    _fill("dispute_end")
    op.drop_table("parted")
    _clear()


def _put_aside() -> None:
    for name in TABLES:
        op.execute(f"CREATE TABLE aside_{name} AS SELECT * FROM {name}")  # noqa: S608
    for name in reversed(TABLES):
        op.drop_table(name)
    op.create_index("ix_aside_signer", "aside_consent_signer", ["id"])


def _held() -> None:
    """Whose records are whose, by the newest links, and which contributors each coverage lets share."""
    op.execute(
        "CREATE TABLE held AS SELECT m.child_id AS child, m.record_id AS record, r.contributor "
        "FROM match_decision m JOIN source_record r ON r.record_id = m.record_id "
        "WHERE m.decision = 'link' AND NOT EXISTS (SELECT 1 FROM match_decision l "
        "WHERE l.record_id = m.record_id AND l.decision = 'link' AND l.sequence > m.sequence)"
    )
    op.create_index("ix_held", "held", ["child"])
    shares = op.create_table("shares", sa.Column("coverage", BIG), sa.Column("contributor", sa.String(60)))
    op.create_index("ix_shares", "shares", ["coverage"])
    rows = op.get_bind().execute(sa.text("SELECT id, disclosing FROM consent_coverage"))
    told = [{"coverage": number, "contributor": one} for number, names in rows for one in json.loads(names)]
    op.bulk_insert(shares, told)


def _fill(name: str, **made: str) -> None:
    """The rows that were put aside, with some columns made anew."""
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)]
    told = ", ".join(made.get(column, f"x.{column}") for column in columns)
    op.execute(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {told} FROM aside_{name} x")  # noqa: S608


def _clear() -> None:
    """Numbers go on after the highest that was ever given."""
    for name, key in TABLES.items():
        if key is not None:
            tables = (f"aside_{name}", name)
            highest = (
                op.get_bind().scalar(sa.select(sa.func.max(sa.column(key))).select_from(sa.table(t))) for t in tables
            )
            _go_on(name, key, max((one for one in highest if one is not None), default=0))
        op.drop_table(f"aside_{name}")


def _go_on(name: str, key: str, last: int) -> None:
    if not last:
        return
    told = {"name": name, "key": key, "last": last}
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().execute(sa.text("SELECT setval(pg_get_serial_sequence(:name, :key), :last)"), told)
    else:
        op.get_bind().execute(sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name"), told)


def _consent_signer() -> None:
    op.create_table(
        "consent_signer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_signer")),
        sa.UniqueConstraint("name_key", name=op.f("uq_consent_signer_name_key")),
        sqlite_autoincrement=True,
    )


def _postsecondary() -> None:
    op.create_table(
        "postsecondary",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("record", BIG, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["source_record.record_id"], name=op.f("fk_postsecondary_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postsecondary")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_postsecondary_record"), "postsecondary", ["record"], unique=False)


def _consent_event() -> None:
    op.create_table(
        "consent_event",
        sa.Column("sequence", BIG, autoincrement=True, nullable=False),
        sa.Column("record", BIG, nullable=False),
        sa.Column("signer", BIG, nullable=False),
        sa.Column("relationship", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.Column("say", sa.String(length=10), nullable=False),
        sa.Column("coverage", BIG, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("organization", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("form_version", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("batch_id", BIG, nullable=True),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_consent_event_batch_id")),
        sa.ForeignKeyConstraint(["record"], ["source_record.record_id"], name=op.f("fk_consent_event_record")),
        sa.ForeignKeyConstraint(["coverage"], ["consent_coverage.id"], name=op.f("fk_consent_event_coverage")),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_consent_event_organization")),
        sa.ForeignKeyConstraint(["signer"], ["consent_signer.id"], name=op.f("fk_consent_event_signer")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_consent_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consent_event_record"), "consent_event", ["record"], unique=False)
    op.create_index(op.f("ix_consent_event_expires_on"), "consent_event", ["expires_on"], unique=False)


def _court_order() -> None:
    op.create_table(
        "court_order",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("record", BIG, nullable=False),
        sa.Column("signer", BIG, nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("replaces", BIG, nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["source_record.record_id"], name=op.f("fk_court_order_record")),
        sa.ForeignKeyConstraint(["replaces"], ["court_order.id"], name=op.f("fk_court_order_replaces")),
        sa.ForeignKeyConstraint(["signer"], ["consent_signer.id"], name=op.f("fk_court_order_signer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_order")),
        sa.UniqueConstraint("replaces", name=op.f("uq_court_order_replaces")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_court_order_record"), "court_order", ["record"], unique=False)
