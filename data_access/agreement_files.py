"""Agreements as a TOML file: organizations and clauses, read strictly and recorded all or none."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine

from catalog.terms import area_levels, elements, known, purposes
from data_access.agreements import NotRecorded, Organization, Signature, save_agreement, save_organization
from data_access.ledger import append
from data_access.registry.engine import transaction
from privacy.agreement import ANY, NOT_REQUIRED, REQUIRED, TEXTS, Agreement, Level, State, Tier

_MEMBER = {"id", "name", "kind"}
_CLAUSES = {
    *("id", "version", "tier", "title", "party", "level", "elements", "purposes"),
    *("finest_area", "minimum_count", "starts", "ends", "state", "signed"),
    *("contributors", "recipients", "programs", "areas", "consent", "destruction_due", "texts"),
}


class BadAgreementFile(ValueError):
    """A file that cannot be used; the text names file, agreement and field, and how to mend it."""


LIKE = "Write it as demo/agreements.toml is written."


@dataclass(frozen=True)
class AgreementFile:
    """What a file holds, in its order."""

    name: str
    organizations: tuple[Organization, ...]
    agreements: tuple[tuple[Agreement, tuple[Signature, ...]], ...]


@dataclass(frozen=True)
class Recorded:
    """How many agreements and organizations of a file were new or changed."""

    agreements: int
    organizations: int


def read_agreement_file(path: Path) -> AgreementFile:
    """Read `[[organization]]` (id, name, kind) and `[[agreement]]` tables (the fields of Agreement, and `signed`).

    signed: a list of {organization, by, on}; an agreement that is signed or active carries its party's signature.
    Raises BadAgreementFile.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadAgreementFile(f"{path.name}: the file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadAgreementFile(f"{path.name}: the file cannot be read, for it is no text in UTF-8. {LIKE}") from error
    except ValueError as error:
        raise BadAgreementFile(f"{path.name}: the file cannot be read as TOML: {_place(str(error))}. {LIKE}") from error
    if not raw:
        raise BadAgreementFile(f"{path.name}: the file holds no organization and no agreement. {LIKE}")
    _only(path.name, raw, {"organization", "agreement"}, "the file")
    members = tuple(_organization(path.name, table) for table in raw.get("organization", ()))
    found = tuple(_agreement(path.name, table) for table in raw.get("agreement", ()))
    return AgreementFile(path.name, members, found)


def record_member(connection: Connection, key: bytes, member: Organization, actor: str) -> str:
    """Record an organization with its row of the ledger; gives what was done: added, renamed, or nothing."""
    if done := save_organization(connection, member):
        detail = {"act": done, "kind": member.kind}
        append(connection, key, actor=actor, organization=member.id, action="organization", detail=detail)
    return done


def record_agreement_file(engine: Engine, key: bytes, content: AgreementFile, actor: str) -> Recorded:
    """Record everything in one transaction with its rows of the ledger; gives how much of it is new or changed."""
    changed, members = 0, 0
    try:
        with transaction(engine) as connection:
            for member in content.organizations:
                members += bool(record_member(connection, key, member, actor))
            for one, signatures in content.agreements:
                if save_agreement(connection, one, signatures):
                    changed += 1
                    _to_ledger(connection, key, one, actor)
    except NotRecorded as error:
        raise BadAgreementFile(f"{content.name}: {error}") from error
    return Recorded(changed, members)


def _to_ledger(connection: Connection, key: bytes, one: Agreement, actor: str) -> None:
    append(
        connection,
        key,
        actor=actor,
        organization=one.party,
        action="agreement",
        agreement=f"{one.id}/{one.version}",
        detail={"state": one.state.value, "tier": one.tier.value, "level": one.level.code},
    )


def _place(told: str) -> str:
    """Where a file of TOML breaks off, without the parser's sentence around it."""
    found = re.search(r"line (\d+), column (\d+)", told)
    if found is None:
        return "it ends in the middle of something"
    return f"look at line {found[1]}, from column {found[2]} on"


def _organization(file: str, table: dict[str, Any]) -> Organization:
    where = f"organization “{table.get('id', '?')}”"
    _only(file, table, _MEMBER, where)
    return Organization(*(_text(file, where, table, field) for field in ("id", "name", "kind")))


def _agreement(file: str, table: dict[str, Any]) -> tuple[Agreement, tuple[Signature, ...]]:
    where = f"agreement “{table.get('id', '?')}”"
    _only(file, table, _CLAUSES, where)
    try:
        one = _clauses(file, where, table)
    except KeyError as error:
        raise BadAgreementFile(f"{file}: {where} has no field {error.args[0]}.") from error
    except (ValueError, TypeError) as error:
        if isinstance(error, BadAgreementFile):
            raise
        raise BadAgreementFile(f"{file}: {where}: {error}") from error
    signatures = tuple(_signature(file, where, row) for row in table.get("signed", ()))
    missing = sorted(one.signers - {s.organization for s in signatures})
    if one.state in (State.SIGNED, State.ACTIVE) and missing:
        raise BadAgreementFile(f"{file}: {where} is {one.state}, but “{missing[0]}” is not among those who signed it.")
    return one, signatures


def _clauses(file: str, where: str, table: dict[str, Any]) -> Agreement:
    starts, ends = (_day(file, where, table, field) for field in ("starts", "ends"))
    if ends < starts:
        raise ValueError("ends lies before starts")
    if type(table["minimum_count"]) is not int or table["minimum_count"] < 5:
        raise ValueError("minimum_count must be a whole number of 5 or more")
    if type(table["version"]) is not int or table["version"] < 1:
        raise ValueError("version must be a whole number of 1 or more")
    return Agreement(
        id=_text(file, where, table, "id"),
        version=table["version"],
        tier=Tier(known("tier", table["tier"], dict.fromkeys(Tier))),
        title=_text(file, where, table, "title"),
        party=_text(file, where, table, "party"),
        level=Level[known("level", table["level"], {level.code: level for level in Level}).upper()],
        elements=frozenset(known("data element", e, elements()) for e in _words(table, "elements")),
        purposes=frozenset(known("purpose", p, purposes()) for p in _words(table, "purposes")),
        finest_area=known("area level", table["finest_area"], area_levels()),
        minimum_count=table["minimum_count"],
        starts=starts,
        ends=ends,
        state=State(known("state", table["state"], dict.fromkeys(State))),
        contributors=frozenset(_words(table, "contributors", [ANY])),
        recipients=frozenset(_words(table, "recipients", [])),
        programs=frozenset(_words(table, "programs", [])),
        areas=frozenset(_words(table, "areas", [])),
        consent=_pairs(table, "consent", "data element", elements(), (REQUIRED, NOT_REQUIRED)),
        destruction_due=_day(file, where, table, "destruction_due") if "destruction_due" in table else None,
        texts=_pairs(table, "texts", "text", TEXTS),
    )


def _signature(file: str, where: str, row: dict[str, Any]) -> Signature:
    _only(file, row, {"organization", "by", "on"}, f"{where}, signed")
    who, by = (_text(file, f"{where}, signed", row, field) for field in ("organization", "by"))
    return Signature(who, by, _day(file, f"{where}, signed", row, "on"))


def _pairs(
    table: dict[str, Any], field: str, kind: str, keys: Mapping[str, Any], values: Iterable[str] = ()
) -> Mapping[str, str]:
    """A table of words of the catalog with texts, or with one of the given words."""
    found = table.get(field, {})
    if not isinstance(found, dict) or not all(isinstance(text, str) and text.strip() for text in found.values()):
        raise ValueError(f"{field} must be a table such as {{ {next(iter(keys))} = “…” }}")
    for name, text in found.items():
        known(kind, name, keys)
        if values:
            known(field, text, dict.fromkeys(values))
    return MappingProxyType({name: text.strip() for name, text in found.items()})


def _words(table: dict[str, Any], field: str, usual: list[str] | None = None) -> list[str]:
    words = table[field] if usual is None else table.get(field, usual)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{field} must be a list of words")
    return words


def _only(file: str, table: dict[str, Any], fields: Iterable[str], where: str) -> None:
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise BadAgreementFile(
            f"{file}: {where} has the unknown field {unknown[0]}; known: {', '.join(sorted(fields))}."
        )


def _text(file: str, where: str, table: dict[str, Any], field: str) -> str:
    value = table.get(field)
    if not isinstance(value, str) or not value.strip():
        raise BadAgreementFile(f"{file}: {where} needs a text in the field {field}.")
    return value.strip()


def _day(file: str, where: str, table: dict[str, Any], field: str) -> date:
    value = table.get(field)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadAgreementFile(f"{file}: {where} needs a date such as 2024-08-01 in the field {field}.")
    return value
