"""Sealed types: the only shapes in which data leaves the data-access layer.

Each is made by one function of this module and by nothing else: no constructor, subclass, replace, setattr, pickle or
JSON makes or changes one. They are no dataclasses, because `dataclasses.replace` would copy a seal.
"""

from collections.abc import Sequence
from typing import Any, Final, NoReturn, final

import pandas as pd

from catalog.report import ReportSpec

VALUE_COLUMNS: Final = ("n", "count", "percent", "low", "high")
SYMBOLS: Final = ("", "c", "x", "z", "u")


class SealBroken(TypeError):
    """Somebody tried to make, change or carry away a sealed value outside its maker."""


class _Sealed:
    __slots__ = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.__module__ != __name__:
            raise SealBroken("Sealed types cannot be extended.")
        super().__init_subclass__(**kwargs)

    def __new__(cls, *_: Any, **__: Any) -> "_Sealed":
        raise SealBroken(f"{cls.__name__} is made by the privacy room only.")

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise SealBroken(f"{type(self).__name__} cannot be changed.")

    def __delattr__(self, name: str) -> NoReturn:
        raise SealBroken(f"{type(self).__name__} cannot be changed.")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise SealBroken(f"{type(self).__name__} cannot be stored or sent as an object; use its frame.")

    def __copy__(self) -> "_Sealed":
        return self

    def __deepcopy__(self, memo: Any) -> "_Sealed":
        return self


@final
class ProtectedTable(_Sealed):
    """A slice of a publication: protected numbers with what a reader must know about them.

    frame: one row a cell, columns period, level, area, area_name, one per dimension of the view, band, n, count,
    percent, low, high (NaN where not shown) and symbol. notes: sentences for the foot of a table.
    """

    __slots__ = ("_frame", "as_of", "notes", "publication", "reasons", "spec")
    _frame: pd.DataFrame
    spec: ReportSpec
    publication: str
    as_of: str
    notes: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the cells."""
        return self._frame.copy()

    @property
    def hidden(self) -> int:
        """How many cells are hidden so that no child can be recognized."""
        return int(self._frame["symbol"].str.contains("c").sum())

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"ProtectedTable({self.spec.indicator}, {self.spec.view}, {len(self)} cells)"


@final
class IdentifiableRecords(_Sealed):
    """Records of named children that were read under agreements and consent, each reading on the ledger.

    frame: one row a field: child, contributor, element, value (None where it is not shown), told_on (the day the value
    is of), sharing and license (id/version of the agreements), consent (number of a statement, 0 where none is needed)
    and reason (why there is no value, in words). more: there are further children than these.
    """

    __slots__ = ("_frame", "disclosures", "more", "notice", "purpose", "reasons")
    _frame: pd.DataFrame
    purpose: str
    reasons: tuple[str, ...]
    notice: str
    disclosures: tuple[int, ...]
    more: bool

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the fields."""
        return self._frame.copy()

    @property
    def children(self) -> tuple[int, ...]:
        """The children, in the order in which they were read."""
        return tuple(int(child) for child in self._frame["child"].drop_duplicates())

    def __len__(self) -> int:
        return len(self.children)

    def __repr__(self) -> str:
        return f"IdentifiableRecords({len(self)} children for {self.purpose})"


RECORD_COLUMNS: Final = (
    *("child", "contributor", "element", "value", "told_on"),
    *("sharing", "license", "consent", "reason"),
)


def seal_records(
    frame: pd.DataFrame,
    *,
    purpose: str,
    reasons: Sequence[str],
    notice: str,
    disclosures: Sequence[int],
    more: bool = False,
) -> IdentifiableRecords:
    """Seal fields of children; refuses one without its agreements, and children whose reading is not on the ledger."""
    given = frame["value"].notna()
    if tuple(frame.columns) != RECORD_COLUMNS or (given & (frame["sharing"] == "")).any():
        raise SealBroken("A field names no agreement; it may not be shown.")
    if given.eq(frame["reason"] != "").any():
        raise SealBroken("A field has a value or a reason why it has none.")
    if len(disclosures) != frame["child"].nunique():
        raise SealBroken("A child was read without a row of the ledger.")
    records = object.__new__(IdentifiableRecords)
    fields = {
        "_frame": frame.reset_index(drop=True).copy(),
        "purpose": purpose,
        "reasons": tuple(reasons),
        "notice": notice,
        "disclosures": tuple(disclosures),
        "more": more,
    }
    for name, value in fields.items():
        object.__setattr__(records, name, value)
    return records


def seal_table(
    frame: pd.DataFrame,
    spec: ReportSpec,
    *,
    publication: str,
    as_of: str,
    notes: Sequence[str] = (),
    reasons: Sequence[str] = (),
) -> ProtectedTable:
    """Seal a slice of a proven publication; refuses a frame in which a hidden cell still carries a number."""
    hidden = frame["symbol"].str.contains("[cxz]", regex=True)
    carried = frame.loc[hidden, ["count", "percent", "low", "high"]].notna().any(axis=None)
    if carried:
        raise SealBroken("A hidden cell carries a number; the publication is broken.")
    table = object.__new__(ProtectedTable)
    fields = {
        "_frame": frame.reset_index(drop=True).copy(),
        "spec": spec,
        "publication": publication,
        "as_of": as_of,
        "notes": tuple(notes),
        "reasons": tuple(reasons),
    }
    for name, value in fields.items():
        object.__setattr__(table, name, value)
    return table
