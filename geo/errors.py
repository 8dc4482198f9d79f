"""What this room says when a file cannot be used."""


class BadInput(ValueError):
    """A file or option that cannot be used; one sentence names file, line, column or area, and how to mend it."""


class BadBoundaries(BadInput):
    """A boundary file that cannot be used; the text names file, field and area, and how to mend it."""


def some(names: list[str], most: int = 3) -> str:
    """The first few names and how many more there are, for an error sentence."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
