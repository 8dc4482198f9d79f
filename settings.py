"""Settings from the environment: where things live, the keys, and how the site is reached."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

KEY_LENGTH = 32
# Words people leave in a configuration they copied; a key made of them is as good as none.
DEFAULT_WORDS = ("changeme", "change-me", "change_me", "secret", "default", "example", "password", "your-key")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(ValueError):
    """A setting is missing or unusable; the message names the variable and says how to mend it."""


@dataclass(frozen=True)
class Settings:
    """Everything a running Quorum needs to know about its surroundings.

    demo: plain http on this computer only, with keys of its own. public_url: scheme and host under which readers reach
    the site, None where it is taken from the request. proxies: how many reverse proxies stand before it.
    ledger_key: the key itself, or the file it is not in yet. ledger_head_copy: a second file for the ledger's newest
    seal.
    """

    home: Path
    database_url: str
    time_zone: ZoneInfo
    community: str
    demo: bool = False
    public_url: str | None = None
    proxies: int = 0
    secret_key: str = field(default="", repr=False)
    ledger_key: bytes | Path = field(default=b"", repr=False)
    ledger_head_copy: Path | None = None
    session_idle: timedelta = timedelta(minutes=30)
    session_absolute: timedelta = timedelta(hours=12)

    @classmethod
    def load(cls, env: Mapping[str, str], *, demo: bool | None = None) -> "Settings":
        """From QUORUM_* variables; raises SettingsError. The demo makes its own secret key; a real site brings one."""
        if env.get("QUORUM_HOME", "set").strip() == "":
            raise SettingsError("QUORUM_HOME is set, but empty. Name a folder in it, or take the setting away.")
        home = Path(env.get("QUORUM_HOME", ".quorum")).expanduser().resolve()
        demo = env.get("QUORUM_DEMO") == "1" if demo is None else demo
        secret = env.get("QUORUM_SECRET_KEY", "")
        if demo and not secret:
            secret = key_file(home / "secret.key").hex()
        return cls(
            home=home,
            database_url=env.get("QUORUM_DATABASE_URL") or f"sqlite:///{home / 'registry.db'}",
            time_zone=_time_zone(env.get("QUORUM_TIME_ZONE") or "America/New_York"),
            community=env.get("QUORUM_COMMUNITY") or "Alder County",
            demo=demo,
            public_url=_public_url(env.get("QUORUM_PUBLIC_URL"), demo),
            proxies=_whole_number("QUORUM_PROXIES", env.get("QUORUM_PROXIES") or "0"),
            secret_key=secret,
            ledger_key=_ledger_key(env, home),
            ledger_head_copy=_head_copy(env.get("QUORUM_LEDGER_HEAD_COPY"), home),
        )

    @property
    def lake(self) -> Path:
        """Folder of the facts."""
        return self.home / "lake"

    @property
    def publications(self) -> Path:
        """Folder of the publications."""
        return self.home / "publications"

    @property
    def cache(self) -> Path:
        """Folder of what can be made again."""
        return self.home / "cache"

    @property
    def secure(self) -> bool:
        """True where readers come over https; only the demo does without."""
        return not self.demo

    @property
    def cookie(self) -> str:
        """Name of the session cookie; the __Host- prefix makes browsers insist on https and on this very host."""
        return "__Host-quorum" if self.secure else "quorum"

    def sealing_key(self, first: bool) -> bytes:
        """The ledger's key; only where nothing is sealed with one yet (first) is it made. Raises SettingsError."""
        if isinstance(self.ledger_key, bytes):
            return self.ledger_key
        if not first and _read_key(self.ledger_key) is None:
            raise SettingsError(
                f"The ledger has rows, but the key that sealed them is not in {self.ledger_key}, so nothing was begun: "
                "put the ledger.key back there, or point QUORUM_LEDGER_KEY_FILE at it."
            )
        return key_file(self.ledger_key)

    def environment(self) -> dict[str, str]:
        """The variables that make the same settings in another process."""
        sealing = self.ledger_key
        variables = {
            "HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "TIME_ZONE": self.time_zone.key,
            "COMMUNITY": self.community,
            "DEMO": "1" if self.demo else "",
            "PUBLIC_URL": self.public_url or "",
            "PROXIES": str(self.proxies),
            "SECRET_KEY": self.secret_key,
            "LEDGER_KEY": sealing.hex() if isinstance(sealing, bytes) else "",
            "LEDGER_KEY_FILE": str(sealing) if isinstance(sealing, Path) else "",
            "LEDGER_HEAD_COPY": str(self.ledger_head_copy or ""),
        }
        return {f"QUORUM_{name}": value for name, value in variables.items()}

    def check_serving(self) -> None:
        """Refuse to serve with a key somebody could guess; raises SettingsError."""
        make = 'Make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
        if not self.secret_key:
            raise SettingsError(f"QUORUM_SECRET_KEY is not set, so sign-in could be forged. {make}")
        if len(self.secret_key) < KEY_LENGTH:
            raise SettingsError(f"QUORUM_SECRET_KEY has fewer than {KEY_LENGTH} characters. {make}")
        if len(set(self.secret_key)) < 10 or any(word in self.secret_key.lower() for word in DEFAULT_WORDS):
            raise SettingsError(f"QUORUM_SECRET_KEY looks like a placeholder that somebody could guess. {make}")

    def check_host(self, host: str) -> None:
        """The demo speaks plain http, so it may listen on this computer only; raises SettingsError."""
        if self.demo and host not in LOOPBACK:
            raise SettingsError(f"The demo listens on this computer only, so --host {host} is not possible.")


def key_file(path: Path) -> bytes:
    """The 32 bytes kept in a file only its owner can read; made on first use."""
    key = _read_key(path)
    if key is None:
        try:
            _make_key(path)
        except OSError as error:
            raise _out_of_reach(path, error) from error
        key = _read_key(path)
    return key or b""


def _read_key(path: Path) -> bytes | None:
    """The key in a file, None where there is no file; raises SettingsError where it holds none."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _out_of_reach(path, error) from error
    except ValueError:
        key = b""
    if len(key) < KEY_LENGTH:
        raise SettingsError(f"{path} does not hold a key of {2 * KEY_LENGTH} hexadecimal digits.")
    return key


def _out_of_reach(path: Path, error: OSError) -> SettingsError:
    mend = "Name a place where you may keep a file in QUORUM_LEDGER_KEY_FILE or QUORUM_HOME."
    return SettingsError(f"The key file {path} cannot be made or read ({error.strerror}). {mend}")


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # Whole or not at all, and the first of two processes wins.
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _ledger_key(env: Mapping[str, str], home: Path) -> bytes | Path:
    given = env.get("QUORUM_LEDGER_KEY")
    if not given:
        file = Path(env.get("QUORUM_LEDGER_KEY_FILE") or home / "ledger.key").expanduser().resolve()
        return _read_key(file) or file
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) < KEY_LENGTH:
        raise SettingsError(f"QUORUM_LEDGER_KEY has fewer than {2 * KEY_LENGTH} hexadecimal digits.")
    return key


def _head_copy(text: str | None, home: Path) -> Path | None:
    if not text:
        return None
    file = Path(text).expanduser().resolve()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"QUORUM_LEDGER_HEAD_COPY: {file.parent} cannot be made ({error.strerror}).") from error
    if file.is_dir():
        raise SettingsError(f"QUORUM_LEDGER_HEAD_COPY: {file} is a folder; name a file in it.")
    if file == home / "ledger.head":
        raise SettingsError("QUORUM_LEDGER_HEAD_COPY names the first place of the seal; name another, on another disk.")
    return file


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"QUORUM_TIME_ZONE: “{name}” is not a time zone. Try America/New_York.") from error


def _whole_number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 10:
        raise SettingsError(f"{name}: “{text}” is not a whole number from 0 to 10.")
    return int(text)


def _public_url(text: str | None, demo: bool) -> str | None:
    if not text:
        return None
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in {"https", "http"} or not parts.netloc or parts.path or parts.query:
        raise SettingsError(f"QUORUM_PUBLIC_URL: “{text}” is not like https://quorum.example.org.")
    if parts.scheme == "http" and not demo:
        raise SettingsError("QUORUM_PUBLIC_URL begins with http:, but a real site is reached over https: only.")
    return f"{parts.scheme}://{parts.netloc.lower()}"
