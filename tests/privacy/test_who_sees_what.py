"""The matrix of who sees what is the one in the documentation, and agrees with the rules in a few sentences."""

from privacy.viewer import Role
from tests.privacy import who_sees_what as matrix

VALID = {
    "signed (school form)",
    "signed (health form)",
    "signed (school meals form)",
    "every form signed",
    "expires today",
    "young person's own at 18",
}
IN_FORCE = {"both in force", "license names the reader", "license without attendance", "sharing ends today"}
HEALTH = {"signed (health form)", "every form signed"}
MEALS = {"signed (school meals form)", "every form signed"}


def expected(case: matrix.Case) -> set[str]:
    """The rules once more, without the code that decides."""
    viewer = matrix.READERS[case.reader]
    if viewer.organization == "school":
        shares = case.agreement not in ("sharing suspended", "no agreement")
        return set(matrix.NAMED) if shares else set()
    if case.agreement not in IN_FORCE or viewer.role is Role.GUARDIAN or case.reader.endswith("counts"):
        return set()
    open_ = set(matrix.NAMED) if case.agreement != "license without attendance" else matrix.NAMED - {"attendance"}
    signed = {"attendance"} if case.consent == "for attendance only" else open_ if case.consent in VALID else set()
    found = (open_ & signed) | (open_ & {"participation"})
    found -= set() if case.consent in HEALTH else {"screening"}
    found -= set() if case.consent in MEALS else {"economically_disadvantaged"}
    return found & {"attendance"} if case.reader.endswith("attendance") else found


def test_every_combination_follows_the_rules() -> None:
    cases = matrix.cases()
    assert len(cases) == len(matrix.READERS) * len(matrix.AGREEMENTS) * len(matrix.CONSENTS) > 1500
    wrong = [case for case in cases if case.fields != expected(case)]
    assert not wrong, wrong[:3]


def test_the_documentation_is_up_to_date() -> None:
    assert matrix.FILE.read_text(encoding="utf-8") == matrix.document(), "run: python -m tests.privacy.who_sees_what"
