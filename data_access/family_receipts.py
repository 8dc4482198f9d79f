"""Receipts of guardians: what was signed, as it was shown, with the text of every form in the version that was signed.

A receipt belongs to the link it was signed through and so follows the record of the child.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalog.forms import SignedText
from data_access.family_effects import Effect, Shared
from data_access.registry.guardian_tables import guardian_receipt
from privacy.choices import Choice


@dataclass(frozen=True)
class Receipt:
    """What was signed. child_id: the number of the child when it was signed; free: seen without consent; held: what
    somebody else's no, or a missing form, kept closed. Older receipts name what is free among what is open."""

    number: int
    signed_name: str
    signed_on: date
    recorded_at: datetime
    language: str
    child_id: int
    recipient: str
    purpose: str
    open: tuple[Shared, ...]
    stopped: tuple[Shared, ...]
    until: date | None
    texts: tuple[SignedText, ...]
    free: tuple[Shared, ...] = ()
    held: tuple[Shared, ...] = ()


def begin(connection: Connection, link: int, child: int, name: str, day: date, language: str, now: datetime) -> int:
    """A receipt without content yet, for its number."""
    row = {"link": link, "child_id": child, "signed_name": " ".join(name.split()), "signed_on": day}
    row |= {"language": language, "choice": "{}", "recorded_at": now}
    return int(connection.execute(insert(guardian_receipt).returning(guardian_receipt.c.id), row).scalar_one())


def fill(connection: Connection, number: int, choice: Choice, effect: Effect, texts: Sequence[SignedText]) -> None:
    """What was signed."""
    until = effect.until.isoformat() if effect.until else None
    told: dict[str, Any] = {"recipient": choice.recipient, "purpose": choice.purpose, "until": until}
    told |= {"open": [*effect.starts, *effect.stays], "stopped": effect.stops, "texts": [asdict(one) for one in texts]}
    told |= {"free": effect.free, "held": effect.held_back}
    kept = update(guardian_receipt).where(guardian_receipt.c.id == number)
    connection.execute(kept.values(choice=json.dumps(told)))


def receipts_of(connection: Connection, links: Sequence[int]) -> tuple[Receipt, ...]:
    """What was signed through some links, newest first."""
    query = select(guardian_receipt).where(guardian_receipt.c.link.in_(links)).order_by(guardian_receipt.c.id.desc())
    return tuple(_receipt(row) for row in connection.execute(query).mappings())


def _receipt(row: Any) -> Receipt:
    told = json.loads(row["choice"])
    lists: dict[str, Any] = {
        name: tuple(tuple(one) for one in told.get(name, ())) for name in ("open", "stopped", "free", "held")
    }
    return Receipt(
        number=row["id"],
        signed_name=row["signed_name"],
        signed_on=row["signed_on"],
        recorded_at=row["recorded_at"],
        language=row["language"],
        child_id=row["child_id"],
        recipient=told["recipient"],
        purpose=told["purpose"],
        until=date.fromisoformat(told["until"]) if told["until"] else None,
        texts=tuple(SignedText(**(one | {"paragraphs": tuple(one["paragraphs"])})) for one in told.get("texts", ())),
        **lists,
    )
