"""The demo's family: the demo guardian is linked to children of one household, so that a newcomer sees a real page."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from catalog.forms import SignedText
from data_access.accounts import accounts
from data_access.births import newest_identity, newest_link
from data_access.guardian_links import add_event, links_of
from data_access.ledger import append
from data_access.my_child import Guardian, NotSigned
from data_access.registry.engine import transaction
from data_access.registry.guardian_tables import guardian_link
from data_access.registry.tables import identity, source_record
from data_access.session import Session
from data_access.stores import Stores
from privacy.authorize import Refused
from privacy.choices import Choice, Said

MOST = 2
Read = Callable[[Sequence[Said]], tuple[SignedText, ...]]


def link_household(stores: Stores, email: str, here: str, also: str, now: datetime, read: Read) -> int:
    """Link an account to up to two children of one household known to both organizations; gives how many there are.

    read: the forms that statements need, as the guardian reads them.
    """
    person = next(one for one in accounts(stores.registry) if one.email == email)
    with transaction(stores.registry) as connection:
        there = links_of(connection, account=person.user_id)
        if there:
            return len(there)
        chosen = _household(connection, here, also)
        for record, name in chosen:
            row = {"record_id": record, "guardian_name": name, "relationship": "mother", "email": email}
            row |= {"language": "en", "invited_by": here, "code_hash": f"demo-{record}", "expires_at": now}
            made = insert(guardian_link).returning(guardian_link.c.id)
            number = int(connection.execute(made, row).scalar_one())
            doing = {"invited": "demo", "accepted": person.user_id, "verified": "demo-colleague"}
            for state, by in doing.items():
                who = None if state == "invited" else person.user_id
                add_event(connection, number, state, by, now, account=who, note="photo_id")
            detail = {"link": number, "state": "verified", "proof": "photo_id"}
            told: dict[str, Any] = {"actor": "demo-colleague", "organization": here, "action": "guardian"}
            append(connection, stores.ledger_key, detail=detail, **told)
    _first_yes(Guardian(Session(person.viewer, stores, lambda: now)), here, also, read)
    return len(chosen)


def _first_yes(guardian: Guardian, recipient: str, contributor: str, read: Read) -> None:
    """The first child's records at one organization are open to the other, as far as agreements let it ask."""
    for child in guardian.children()[:1]:
        for offer in guardian.offers(child):
            keep = frozenset(item.key for item in offer.items if item.consent and item.contributor == contributor)
            if offer.recipient == recipient and keep:
                choice = Choice(recipient, offer.purpose, keep, min(offer.until, guardian.today + timedelta(days=365)))
                try:
                    effect = guardian.preview(child, choice)
                    texts = read(effect.statements)
                    guardian.sign(child, choice, effect, child.link.guardian_name, guardian.today, texts)
                except (NotSigned, Refused):
                    continue


def _household(connection: Connection, here: str, also: str) -> list[tuple[int, str]]:
    """(record, guardian's name) of children of one household at the first organization, of whom one is at the other."""
    newest, link = newest_identity().subquery(), newest_link().subquery()
    names = (identity.c.guardian_name, identity.c.guardian_contact, identity.c.last_name)
    query = (
        select(identity.c.record_id, source_record.c.contributor, link.c.child_id, identity.c.birth_date, *names)
        .join(newest, (newest.c.record_id == identity.c.record_id) & (newest.c.batch_id == identity.c.batch_id))
        .join(link, link.c.record_id == identity.c.record_id)
        .join(source_record, source_record.c.record_id == identity.c.record_id)
        .where(source_record.c.contributor.in_([here, also]), identity.c.birth_date.is_not(None))
        .order_by(identity.c.record_id)
    )
    rows = connection.execute(query).all()
    others = {row.child_id for row in rows if row.contributor == also}
    homes: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.contributor == here and row.guardian_name and row.birth_date.year >= 2013:
            homes[row.guardian_name, row.guardian_contact, row.last_name][row.child_id] = row.record_id
    fitting = [(home, held) for home, held in homes.items() if others.intersection(held)]
    fitting.sort(key=lambda one: (-min(len(one[1]), MOST), min(one[1].values())))
    if not fitting:
        return []
    home, held = fitting[0]
    first = sorted(held, key=lambda child: (child not in others, held[child]))[:MOST]
    return [(held[child], home[0]) for child in first]
