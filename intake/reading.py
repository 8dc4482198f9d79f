"""Open a contributed file by what it is, not by what it is called alone."""

from collections.abc import Sequence

from intake.csv_files import read_csv
from intake.problems import BadFile
from intake.sheet import Sheet, Source
from intake.workbooks import read_workbook

_TEXT, _BOOK = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_sheet(source: Source, required: Sequence[str], optional: Sequence[str] = ()) -> Sheet:
    """The table of a CSV or XLSX file; raises BadFile, also where content and ending do not agree."""
    name = source.name.lower()
    if source.content.startswith(_OLD_EXCEL):
        raise BadFile.whole(source.name, "this is an old or protected Excel file. Save it as .xlsx or CSV UTF-8.")
    packed = source.content.startswith(b"PK\x03\x04")
    if name.endswith(_BOOK):
        return read_workbook(source, required, optional)
    if not name.endswith(_TEXT):
        raise BadFile.whole(source.name, "this ending is not known. Bring a .csv or .xlsx file.")
    if packed:
        raise BadFile.whole(
            source.name, "this is a workbook or zip, not text. Give it the ending .xlsx, or save as CSV."
        )
    return read_csv(source, required, optional)
