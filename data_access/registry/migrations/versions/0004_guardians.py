"""Guardians and their requests; tries to sign in that are told in sum."""

import sqlalchemy as sa
from alembic import op

from data_access.registry.tables import BIG, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _links()
    _receipts()
    _requests()
    op.create_table(
        "sign_in_tally",
        sa.Column("since", Utc(), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("organization", sa.String(60), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("since", "actor", "outcome", name=op.f("pk_sign_in_tally")),
    )
    op.create_index(op.f("ix_match_decision_child_id"), "match_decision", ["child_id"])


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, BIG, autoincrement=True, nullable=False)


def _links() -> None:
    op.create_table(
        "guardian_link",
        _id(),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("guardian_name", sa.String(200), nullable=False),
        sa.Column("relationship", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("invited_by", sa.String(60), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["source_record.record_id"], name=op.f("fk_guardian_link_record_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["organization.id"], name=op.f("fk_guardian_link_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_guardian_link_code_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guardian_link_record_id"), "guardian_link", ["record_id"])
    op.create_table(
        "guardian_event",
        _id("sequence"),
        sa.Column("link", BIG, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("account", sa.String(32)),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["guardian_link.id"], name=op.f("fk_guardian_event_link")),
        sa.ForeignKeyConstraint(["account"], ["account.user_id"], name=op.f("fk_guardian_event_account")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_guardian_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guardian_event_link"), "guardian_event", ["link"])
    op.create_index(op.f("ix_guardian_event_account"), "guardian_event", ["account"])


def _receipts() -> None:
    op.create_table(
        "guardian_receipt",
        _id(),
        sa.Column("link", BIG, nullable=False),
        sa.Column("child_id", BIG, nullable=False),
        sa.Column("signed_name", sa.String(200), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["guardian_link.id"], name=op.f("fk_guardian_receipt_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_receipt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guardian_receipt_link"), "guardian_receipt", ["link"])


def _requests() -> None:
    op.create_table(
        "family_request",
        _id(),
        sa.Column("link", BIG, nullable=False),
        sa.Column("contributor", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["guardian_link.id"], name=op.f("fk_family_request_link")),
        sa.ForeignKeyConstraint(["contributor"], ["organization.id"], name=op.f("fk_family_request_contributor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_request")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_family_request_link"), "family_request", ["link"])
    op.create_index(op.f("ix_family_request_contributor"), "family_request", ["contributor"])
    op.create_table(
        "family_request_event",
        _id("sequence"),
        sa.Column("request", BIG, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["family_request.id"], name=op.f("fk_family_request_event_request")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_family_request_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_family_request_event_request"), "family_request_event", ["request"])


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_match_decision_child_id"), "match_decision")
    names = ("sign_in_tally", "family_request_event", "family_request")
    for name in (*names, "guardian_receipt", "guardian_event", "guardian_link"):
        op.drop_table(name)
