"""A file of consents: every bad row is named, nothing half-done, and what is in holds at once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from catalog.forms import forms
from data_access.consents import statements_of
from data_access.registry.consent_tables import consent_event
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.stores import Stores
from intake.batches import Accepted, Unchanged, withdraw
from intake.consent_file import COLUMNS, import_consents
from intake.problems import BadFile
from privacy.consent import Capacity, Say
from tests.support import fresh
from tests.support.families import KEY, START, add_child, add_contributors

HEADER = ",".join(COLUMNS)
GOOD = "100,Mara Ostrander,mother,club,coordination,child;grade,permit,2026-01-04,2027-01-04,paper 17"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = fresh.stores(tmp_path, KEY)
    with transaction(made.registry) as connection:
        add_contributors(connection, "school", "club")
        for number in (1, 2, 3):
            add_child(connection, number, {"school": date(2015, 5, 20)})
    yield made
    made.registry.dispose()


def bring(stores: Stores, *rows: str, header: str = HEADER) -> Accepted | Unchanged:
    file = stores.home / "consent.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return import_consents(stores, file, "school", at=START)


def count(stores: Stores) -> int:
    with stores.registry.connect() as connection:
        return connection.scalar(select(func.count()).select_from(consent_event)) or 0


def test_rows_become_statements_in_their_order(stores: Stores) -> None:
    withdrawn = "100,mara ostrander,mother,*,*,*,withdraw,,,"
    young = "200,Given2 Family2,self,club,coordination,screening,permit,2026-01-04,2026-12-01,paper,health,es"
    done = bring(stores, GOOD + ",,", withdrawn + ",,", young, header=f"{HEADER},form,language")
    assert isinstance(done, Accepted)
    assert done.rows == 3
    with stores.registry.connect() as connection:
        first, second = statements_of(connection, 1)
        (third,) = statements_of(connection, 2)
        acts = connection.scalars(select(ledger.c.child).where(ledger.c.action == "consent")).all()
    assert (first.event.say, second.event.say) == (Say.PERMIT, Say.DENY)
    assert first.event.signer == second.event.signer
    assert first.event.disclosing == {"school"}
    assert (third.event.capacity, third.event.basis.value, third.language) == (Capacity.YOUNG_PERSON, "hipaa", "es")
    assert acts == [1, 1, 2]


def test_the_same_file_again_changes_nothing(stores: Stores) -> None:
    bring(stores, GOOD)
    assert isinstance(bring(stores, GOOD), Unchanged)
    assert count(stores) == 1


def test_an_older_file_again_is_not_called_unchanged_where_a_later_one_counts(stores: Stores) -> None:
    """Whoever brings a withdrawal again after a permission must not take it for in force."""
    bring(stores, GOOD)
    bring(stores, GOOD.replace("mother", "father"))
    with pytest.raises(BadFile, match=r"already, as batch \d+, and consents that came later \(batch \d+\) count"):
        bring(stores, GOOD)
    assert count(stores) == 2


BAD = {
    "child_id": ("999" + GOOD[3:], "on no roster"),
    "relationship": (GOOD.replace("mother", "cousin"), "cousin"),
    "recipient": (GOOD.replace("club", "clubb"), "clubb"),
    "purpose": (GOOD.replace("coordination", "curiosity"), "curiosity"),
    "elements": (GOOD.replace("child;grade", "child;*"), "a permit names"),
    "decision": (GOOD.replace("permit", "maybe"), "maybe"),
    "signed_on": (GOOD.replace("2026-01-04", "2026-02-30"), "not a date"),
    "expires_on": (GOOD.replace("2027-01-04", "2025-01-04"), "before signed_on"),
    "guardian_name": (GOOD.replace("Mara Ostrander", ""), "empty"),
}


@pytest.mark.parametrize("column", BAD)
def test_one_bad_row_keeps_the_file_out(stores: Stores, column: str) -> None:
    row, words = BAD[column]
    with pytest.raises(BadFile) as found:
        bring(stores, GOOD, row)
    (sentence,) = found.value.sentences
    assert f"line 3, {column}: " in sentence
    assert words in sentence
    assert count(stores) == 0


def test_incomplete_consents_come_in_and_are_told(stores: Stores) -> None:
    done = bring(stores, GOOD.replace("paper 17", ""))
    assert isinstance(done, Accepted)
    assert "lack something" in done.notes[-1]
    with stores.registry.connect() as connection:
        assert statements_of(connection, 1)[0].missing == ("the signature or its evidence",)


def test_statements_are_not_withdrawn_as_a_batch(stores: Stores) -> None:
    """What a parent said cannot be struck; it is answered by what the parent says next."""
    done = bring(stores, GOOD)
    assert withdraw(stores, done.batch_id) is False


def test_every_form_says_the_same_in_both_languages() -> None:
    codes = {code for code, _ in forms()}
    for code in codes:
        english, spanish = forms()[code, "en"], forms()[code, "es"]
        assert (english.version, english.basis, len(english.paragraphs)) == (
            spanish.version, spanish.basis, len(spanish.paragraphs),
        )  # fmt: skip
        words = dict.fromkeys(("elements", "purposes", "disclosing", "recipients", "expires"), "####")
        for one in (english, spanish):
            assert " ".join(one.filled(**words)).count("####") == 5
