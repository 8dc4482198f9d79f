"""Cases that the backbone closed, when statements were looked through, and the evidence of enrollment."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "dispute_note",
        sa.Column("dispute", BIG, autoincrement=False, nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("through", BIG, nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_note_dispute")),
        sa.PrimaryKeyConstraint("dispute", name=op.f("pk_dispute_note")),
    )
    op.create_table(
        "dispute_review",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("through", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_dispute_review")),
    )
    op.create_table(
        "postsecondary_evidence",
        sa.Column("entry", BIG, autoincrement=False, nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["postsecondary.id"], name=op.f("fk_postsecondary_evidence_entry")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_postsecondary_evidence")),
    )


def downgrade() -> None:
    """Back."""
    for name in ("postsecondary_evidence", "dispute_review", "dispute_note"):
        op.drop_table(name)
