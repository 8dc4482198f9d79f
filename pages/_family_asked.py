"""What the address of a guardian's page asks for, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components import urlstate
from components.wording import Words, wording
from data_access.my_child import Child, Guardian
from pages._session import current


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and who asks."""

    query: Mapping[str, str]
    words: Words
    guardian: Guardian

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """From the page's store; raises Refused for everybody but guardians."""
        clean, guardian = urlstate.clean(query if isinstance(query, dict) else {}), Guardian(current())
        return cls(clean, wording(clean.get("lang", ""), guardian.alone), guardian)

    @cached_property
    def names(self) -> dict[str, str]:
        """Organizations by id."""
        return self.guardian.organizations()

    def get(self, key: str) -> str:
        """A word of the address."""
        return self.query.get(key, "")

    def child(self) -> Child:
        """The child the address means; the first where it names none. Raises Refused."""
        text = self.get("child") or "1"
        return self.guardian.child(int(text) if text.isdecimal() and len(text) < 4 else 0)
