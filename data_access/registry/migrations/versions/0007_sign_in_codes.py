"""One-time codes with which guardians sign in instead of a password."""

import sqlalchemy as sa
from alembic import op

from data_access.registry.tables import BIG, Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "sign_in_code",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("organization", sa.String(60), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc()),
        sa.Column("session", sa.String(64)),
        sa.Column("password_at", Utc()),
        sa.ForeignKeyConstraint(["account"], ["account.user_id"], name=op.f("fk_sign_in_code_account")),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_sign_in_code_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_sign_in_code_code_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sign_in_code_account"), "sign_in_code", ["account"])
    op.create_index(op.f("ix_sign_in_code_session"), "sign_in_code", ["session"])


def downgrade() -> None:
    """Back."""
    op.drop_table("sign_in_code")
