"""The registry's tables for guardians, what they sign and ask for, and for tries to sign in that are told in sum."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from data_access.registry.tables import BIG, Utc, _key, account, match_decision, metadata, organization, source_record

# Which contributor's record of a child a guardian was invited for; the code is kept as a hash and counts once.
guardian_link = Table(
    "guardian_link",
    metadata,
    _key(),
    Column("record_id", ForeignKey(source_record.c.record_id), nullable=False, index=True),
    Column("guardian_name", String(200), nullable=False),
    Column("relationship", String(40), nullable=False),
    Column("email", String(254), nullable=False),
    Column("language", String(5), nullable=False),
    Column("invited_by", ForeignKey(organization.c.id), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# invited, accepted, verified, ended: appended; the newest says where a link stands.
guardian_event = Table(
    "guardian_event",
    metadata,
    _key("sequence"),
    Column("link", ForeignKey(guardian_link.c.id), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("account", ForeignKey(account.c.user_id), index=True),
    Column("by", String(60), nullable=False),
    Column("note", String(200), nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# What a guardian signed on their page, as it was shown to them, so that a copy can be given at any time.
guardian_receipt = Table(
    "guardian_receipt",
    metadata,
    _key(),
    Column("link", ForeignKey(guardian_link.c.id), nullable=False, index=True),
    Column("child_id", BIG, nullable=False),
    Column("signed_name", String(200), nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("language", String(5), nullable=False),
    Column("choice", Text, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# A code is good once and for half an hour. ended_at: used, or a newer one was made; session: hash of the one it opened;
# password_at: when a new password was chosen in that one.
sign_in_code = Table(
    "sign_in_code",
    metadata,
    _key(),
    Column("account", ForeignKey(account.c.user_id), nullable=False, index=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("made_by", String(60), nullable=False),
    Column("organization", ForeignKey(organization.c.id), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("session", String(64), index=True),
    Column("password_at", Utc),
    sqlite_autoincrement=True,
)

family_request = Table(
    "family_request",
    metadata,
    _key(),
    Column("link", ForeignKey(guardian_link.c.id), nullable=False, index=True),
    Column("contributor", ForeignKey(organization.c.id), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("due_on", Date, nullable=False),
    sqlite_autoincrement=True,
)

family_request_event = Table(
    "family_request_event",
    metadata,
    _key("sequence"),
    Column("request", ForeignKey(family_request.c.id), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("by", String(60), nullable=False),
    Column("note", String(1000), nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

# Refused tries to sign in, counted by quarter of an hour, so that nobody can fill the ledger with them.
sign_in_tally = Table(
    "sign_in_tally",
    metadata,
    Column("since", Utc, primary_key=True),
    Column("actor", String(60), primary_key=True),
    Column("outcome", String(20), primary_key=True),
    Column("organization", String(60), nullable=False),
    Column("tries", Integer, nullable=False),
)

Index("ix_match_decision_child_id", match_decision.c.child_id)
