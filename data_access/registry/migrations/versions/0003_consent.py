"""Consent statements and what decides about them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    for make in (
        _consent_coverage,
        _consent_scan,
        _consent_signer,
        _postsecondary,
        _consent_event,
        _court_order,
        _dispute,
        _dispute_end,
    ):
        make()
    op.create_index(op.f("ix_identity_birth_date"), "identity", ["birth_date"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_identity_birth_date"), table_name="identity")
    for name in (
        "dispute_end",
        "dispute",
        "court_order",
        "consent_event",
        "postsecondary",
        "consent_signer",
        "consent_scan",
        "consent_coverage",
    ):
        op.drop_table(name)


def _consent_coverage() -> None:
    op.create_table(
        "consent_coverage",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("elements", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("disclosing", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_coverage")),
        sa.UniqueConstraint("digest", name=op.f("uq_consent_coverage_digest")),
        sqlite_autoincrement=True,
    )


def _consent_scan() -> None:
    op.create_table(
        "consent_scan",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_scan")),
    )


def _consent_signer() -> None:
    op.create_table(
        "consent_signer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("child", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["child.child_id"], name=op.f("fk_consent_signer_child")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_signer")),
        sa.UniqueConstraint("child", "name_key", name=op.f("uq_consent_signer_child_name_key")),
        sqlite_autoincrement=True,
    )


def _postsecondary() -> None:
    op.create_table(
        "postsecondary",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("child", BIG, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["child.child_id"], name=op.f("fk_postsecondary_child")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postsecondary")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_postsecondary_child"), "postsecondary", ["child"], unique=False)


def _consent_event() -> None:
    op.create_table(
        "consent_event",
        sa.Column("sequence", BIG, autoincrement=True, nullable=False),
        sa.Column("child", BIG, nullable=False),
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
        sa.ForeignKeyConstraint(["child"], ["child.child_id"], name=op.f("fk_consent_event_child")),
        sa.ForeignKeyConstraint(["coverage"], ["consent_coverage.id"], name=op.f("fk_consent_event_coverage")),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_consent_event_organization")),
        sa.ForeignKeyConstraint(["signer"], ["consent_signer.id"], name=op.f("fk_consent_event_signer")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_consent_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consent_event_child"), "consent_event", ["child"], unique=False)
    op.create_index(op.f("ix_consent_event_expires_on"), "consent_event", ["expires_on"], unique=False)


def _court_order() -> None:
    op.create_table(
        "court_order",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("child", BIG, nullable=False),
        sa.Column("signer", BIG, nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("replaces", BIG, nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["child.child_id"], name=op.f("fk_court_order_child")),
        sa.ForeignKeyConstraint(["replaces"], ["court_order.id"], name=op.f("fk_court_order_replaces")),
        sa.ForeignKeyConstraint(["signer"], ["consent_signer.id"], name=op.f("fk_court_order_signer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_order")),
        sa.UniqueConstraint("replaces", name=op.f("uq_court_order_replaces")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_court_order_child"), "court_order", ["child"], unique=False)


def _dispute() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("child", BIG, nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["child.child_id"], name=op.f("fk_dispute_child")),
        sa.ForeignKeyConstraint(["event"], ["consent_event.sequence"], name=op.f("fk_dispute_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dispute_child"), "dispute", ["child"], unique=False)


def _dispute_end() -> None:
    op.create_table(
        "dispute_end",
        sa.Column("dispute", BIG, nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=False),
        sa.Column("settled_by", sa.String(length=60), nullable=False),
        sa.Column("how", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_end_dispute")),
        sa.PrimaryKeyConstraint("dispute", name=op.f("pk_dispute_end")),
    )
