"""Certificates that what was received under an agreement is destroyed."""

import sqlalchemy as sa
from alembic import op

from data_access.registry.tables import BIG, Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "destruction",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("agreement", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(300), nullable=False),
        sa.Column("certified_by", sa.String(200), nullable=False),
        sa.Column("organization", sa.String(60), nullable=False),
        sa.Column("recorded_by", sa.String(60), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_destruction_organization")),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("fk_destruction_agreement_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
        sa.UniqueConstraint("agreement", "due", name=op.f("uq_destruction_agreement_due")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("destruction")
