"""Agreements executed, people and their limits."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward: clauses, who changed what, limits of people; invitations and emergencies."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _invitation()
    _emergency()


def downgrade() -> None:
    """Back."""
    op.drop_table("emergency")
    op.drop_table("invitation")
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)


def _columns() -> dict[str, list[sa.Column[Any]]]:
    def text(name: str, default: str, length: int | None = None) -> sa.Column[Any]:
        kind = sa.Text() if length is None else sa.String(length=length)
        return sa.Column(name, kind, nullable=False, server_default=default)

    return {
        "agreement": [
            text("contributors", '["*"]'),
            text("recipients", "[]"),
            text("programs", "[]"),
            text("areas", "[]"),
            text("consent", "{}"),
            sa.Column("destruction_due", sa.Date(), nullable=True),
            text("texts", "{}"),
        ],
        "agreement_state": [text("changed_by", "", 60), text("organization", "", 60), text("reason", "", 300)],
        "agreement_signature": [text("user_id", "", 60)],
        "account": [text("limits", "{}")],
        "session": [sa.Column("view_as", sa.String(length=32), nullable=True)],
    }


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organization", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.String(length=60), nullable=False),
        sa.Column("invited_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_invitation_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
        sqlite_autoincrement=True,
    )


def _emergency() -> None:
    op.create_table(
        "emergency",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("child", sa.BigInteger(), nullable=False),
        sa.Column("elements", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("threat", sa.String(length=500), nullable=False),
        sa.Column("told", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["account.user_id"], name=op.f("fk_emergency_user_id")),
        sa.ForeignKeyConstraint(["told"], ["account.user_id"], name=op.f("fk_emergency_told")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_emergency_user_id_ends"), "emergency", ["user_id", "ends"])
