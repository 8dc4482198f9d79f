"""Passwords: argon2id, 8 to 128 characters of any kind, none of those that everybody tries first."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 8, 128
# OWASP's second profile: 19 MiB, two passes, one lane; about 80 ms a check.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
COMMON = Path(__file__).parent / "common_passwords.txt"


class WeakPassword(ValueError):
    """A password that cannot be used; the message says why."""


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())


def plain(password: str) -> str:
    """The same text for the same keys pressed, however the device composes accents."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str = "", name: str = "") -> None:
    """Raises WeakPassword for one that is too short, too long, on everybody's list, or the person's own name."""
    text = plain(password)
    if len(text) < SHORTEST:
        raise WeakPassword(f"Choose a password of at least {SHORTEST} characters; several words are easy to remember.")
    if len(text) > LONGEST:
        raise WeakPassword(f"Choose a password of at most {LONGEST} characters.")
    own = {email.lower(), email.lower().partition("@")[0], name.lower(), "".join(name.lower().split())}
    if text.lower() in _common() or len(set(text)) == 1:
        raise WeakPassword("This password is one of those that are tried first. Choose several words of your own.")
    if text.lower() in own:
        raise WeakPassword("Choose a password other than your name or e-mail address.")


def hashed(password: str, hasher: PasswordHasher = HASHER) -> str:
    """What is kept of a password."""
    return hasher.hash(plain(password))


def matches(kept: str, password: str, hasher: PasswordHasher = HASHER) -> bool:
    """Whether it is the password; an overlong one costs no time."""
    try:
        return len(password) <= 4 * LONGEST and hasher.verify(kept, plain(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody(hasher: PasswordHasher = HASHER) -> str:
    """The hash a password is compared with where no such account exists, so that it takes as long."""
    return hasher.hash("nobody has this password")
