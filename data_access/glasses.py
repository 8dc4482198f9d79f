"""Emergencies as they are kept: who opened which child's records, until when, and who was told."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from data_access.registry.agreement_tables import emergency
from data_access.registry.tables import account, organization
from privacy.authorize import Reason, Refused
from privacy.records import RecordPermit, emergency_permit
from privacy.viewer import Viewer

PURPOSE: Final = "coordination"
OVER: Final = "There is no open emergency of yours with this number. Open a new one if the danger lasts."


@dataclass(frozen=True)
class Glass:
    """One emergency: who opened it, until when, why; the child by its internal number."""

    id: int
    user_id: str
    name: str
    organization: str
    child: int
    elements: tuple[str, ...]
    reason: str
    threat: str
    starts: datetime
    ends: datetime
    told: str
    read_at: datetime | None


def glasses() -> Select[Any]:
    """Every emergency, with the columns of Glass."""
    here = emergency.c
    shown = (here.id, here.user_id, account.c.name, account.c.organization, here.child, here.elements)
    more = (here.reason, here.threat, here.starts, here.ends, here.told, here.read_at)
    return select(*shown, *more).join(account, account.c.user_id == here.user_id)


def read(conn: Connection, query: Select[Any]) -> list[Glass]:
    """What such a query finds, newest first."""
    rows = conn.execute(query.order_by(emergency.c.id.desc())).all()
    return [Glass(**{**row._mapping, "elements": tuple(json.loads(row.elements))}) for row in rows]


def running(conn: Connection, user_id: str, now: datetime) -> list[Glass]:
    """Somebody's emergencies that are still open."""
    here = emergency.c
    return read(conn, glasses().where(here.user_id == user_id, here.ends > now, here.ended_at.is_(None)))


def glass_of(conn: Connection, viewer: Viewer, number: int, now: datetime) -> tuple[Glass, RecordPermit]:
    """One's own open emergency, and what it opens; raises Refused alike for all others."""
    glass = next((one for one in running(conn, viewer.user_id, now) if one.id == number), None)
    if glass is None:
        raise Refused([Reason(OVER)])
    givers = conn.scalars(select(organization.c.id).where(organization.c.kind == "contributor"))
    return glass, emergency_permit(viewer, f"emergency/{number}", glass.elements, givers, PURPOSE)
