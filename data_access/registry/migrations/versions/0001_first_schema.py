"""First schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward: make every table, parents first."""
    for make in (
        _boundary_set,
        _child,
        _ledger,
        _organization,
        _publication,
        _sign_in_attempt,
        _account,
        _agreement,
        _area,
        _batch,
        _publication_file,
        _source_record,
        _agreement_signature,
        _agreement_state,
        _identity,
        _lake_file,
        _match_decision,
        _population,
        _saved_report,
        _session,
    ):
        make()


def downgrade() -> None:
    """Back: drop every table, children first."""
    for name in (
        "session",
        "saved_report",
        "population",
        "match_decision",
        "lake_file",
        "identity",
        "agreement_state",
        "agreement_signature",
        "source_record",
        "publication_file",
        "batch",
        "area",
        "agreement",
        "account",
        "sign_in_attempt",
        "publication",
        "organization",
        "ledger",
        "child",
        "boundary_set",
    ):
        op.drop_table(name)


def _boundary_set() -> None:
    op.create_table(
        "boundary_set",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=300), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )


def _child() -> None:
    op.create_table(
        "child",
        sa.Column("child_id", BIG, autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_child")),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("sequence", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("organization", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("agreement", sa.String(length=80), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("child", BIG, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_ledger_child"), "ledger", ["child"], unique=False)


def _organization() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("data_version", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )


def _sign_in_attempt() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sign_in_attempt_account_key_at"), "sign_in_attempt", ["account_key", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_address_key_at"), "sign_in_attempt", ["address_key", "at"], unique=False)


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organization", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_account_organization")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )


def _agreement() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("elements", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("finest_area", sa.String(length=20), nullable=False),
        sa.Column("minimum_count", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["organization.id"], name=op.f("fk_agreement_party")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_agreement")),
    )


def _area() -> None:
    op.create_table(
        "area",
        sa.Column("boundary_set", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=60), nullable=True),
        sa.Column("land", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["boundary_set"], ["boundary_set.id"], name=op.f("fk_area_boundary_set")),
        sa.PrimaryKeyConstraint("boundary_set", "area_id", name=op.f("pk_area")),
    )


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("contributor", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_by", sa.String(length=60), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["contributor"], ["organization.id"], name=op.f("fk_batch_contributor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_batch_active",
        "batch",
        ["kind", "contributor", "as_of", "sha256"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _publication_file() -> None:
    op.create_table(
        "publication_file",
        sa.Column("publication", sa.String(length=60), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["publication.id"], name=op.f("fk_publication_file_publication")),
        sa.PrimaryKeyConstraint("publication", "path", name=op.f("pk_publication_file")),
    )


def _source_record() -> None:
    op.create_table(
        "source_record",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("contributor", sa.String(length=60), nullable=False),
        sa.Column("local_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contributor"], ["organization.id"], name=op.f("fk_source_record_contributor")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("contributor", "local_id", name=op.f("uq_source_record_contributor_local_id")),
    )


def _agreement_signature() -> None:
    op.create_table(
        "agreement_signature",
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization", sa.String(length=60), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("fk_agreement_signature_agreement_version"),
        ),
        sa.ForeignKeyConstraint(
            ["organization"], ["organization.id"], name=op.f("fk_agreement_signature_organization")
        ),
        sa.PrimaryKeyConstraint("agreement", "version", "organization", name=op.f("pk_agreement_signature")),
    )


def _agreement_state() -> None:
    op.create_table(
        "agreement_state",
        sa.Column("sequence", BIG, autoincrement=True, nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("fk_agreement_state_agreement_version"),
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_agreement_state")),
        sqlite_autoincrement=True,
    )


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("middle_name", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("gender", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("zip", sa.String(length=20), nullable=False),
        sa.Column("longitude", sa.String(length=40), nullable=False),
        sa.Column("latitude", sa.String(length=40), nullable=False),
        sa.Column("guardian_name", sa.String(length=200), nullable=False),
        sa.Column("guardian_contact", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_identity_batch_id")),
        sa.ForeignKeyConstraint(["record_id"], ["source_record.record_id"], name=op.f("fk_identity_record_id")),
        sa.PrimaryKeyConstraint("record_id", "batch_id", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_batch_id"), "identity", ["batch_id"], unique=False)


def _lake_file() -> None:
    op.create_table(
        "lake_file",
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("table_name", sa.String(length=20), nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("listed_at", sa.DateTime(), nullable=False),
        sa.Column("struck_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_lake_file_batch_id")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_lake_file")),
    )
    op.create_index(op.f("ix_lake_file_batch_id"), "lake_file", ["batch_id"], unique=False)
    op.create_index(op.f("ix_lake_file_table_name"), "lake_file", ["table_name"], unique=False)


def _match_decision() -> None:
    op.create_table(
        "match_decision",
        sa.Column("sequence", BIG, autoincrement=True, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("child_id", BIG, nullable=True),
        sa.Column("other_record", BIG, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.child_id"], name=op.f("fk_match_decision_child_id")),
        sa.ForeignKeyConstraint(
            ["other_record"], ["source_record.record_id"], name=op.f("fk_match_decision_other_record")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["source_record.record_id"], name=op.f("fk_match_decision_record_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_match_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_match_decision_record_id"), "match_decision", ["record_id"], unique=False)


def _population() -> None:
    op.create_table(
        "population",
        sa.Column("boundary_set", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["boundary_set", "area_id"],
            ["area.boundary_set", "area.area_id"],
            name=op.f("fk_population_boundary_set_area_id"),
        ),
        sa.ForeignKeyConstraint(["boundary_set"], ["boundary_set.id"], name=op.f("fk_population_boundary_set")),
        sa.PrimaryKeyConstraint("boundary_set", "area_id", name=op.f("pk_population")),
    )


def _saved_report() -> None:
    op.create_table(
        "saved_report",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.user_id"], name=op.f("fk_saved_report_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_report")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_report_user_id_name")),
        sqlite_autoincrement=True,
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.user_id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)
