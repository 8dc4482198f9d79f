"""Settings: keys that can be guessed, odd addresses and odd words are refused by the name of the variable."""

import stat
from pathlib import Path

import pytest

from app import Settings, create_server, make_app, serve
from data_access.ledger import append
from data_access.registry.engine import transaction
from settings import SettingsError, key_file
from tests.support import fresh
from tests.support.web import KEY, LEDGER_KEY, settings


def load(tmp_path: Path, **env: str) -> Settings:
    return Settings.load({"QUORUM_HOME": str(tmp_path), **{f"QUORUM_{k}": v for k, v in env.items()}})


GUESSED = [
    "",
    "short",
    "x" * 64,
    "changeme" * 8,
    "your-key-goes-here-your-key-goes-here",
    "secret" + KEY,
    "abcabcabc" * 8,
]


@pytest.mark.parametrize("key", GUESSED)
def test_no_serving_with_a_key_somebody_could_guess(tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.execve", lambda *_: None)
    made = load(tmp_path, SECRET_KEY=key)
    for start in (make_app, serve):
        with pytest.raises(SettingsError, match="QUORUM_SECRET_KEY"):
            start(made)


def test_a_long_random_key_will_do(tmp_path: Path) -> None:
    load(tmp_path, SECRET_KEY=KEY).check_serving()


def test_the_demo_makes_its_own_key_once(tmp_path: Path) -> None:
    first, second = (Settings.load({"QUORUM_HOME": str(tmp_path)}, demo=True) for _ in range(2))
    first.check_serving()
    seal = first.sealing_key(first=True)
    assert first.secret_key == second.secret_key != seal.hex()
    assert second.sealing_key(first=False) == seal == Settings.load({"QUORUM_HOME": str(tmp_path)}).ledger_key
    for name in ("secret.key", "ledger.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger.key", "secret.key"]


def test_keys_are_not_shown(tmp_path: Path) -> None:
    made = load(tmp_path, SECRET_KEY=KEY, LEDGER_KEY="ab" * 32)
    assert KEY not in repr(made) and repr(made.ledger_key) not in repr(made)


def test_a_spoiled_key_file_is_refused(tmp_path: Path) -> None:
    for content in ("", "not hexadecimal", "00ff"):
        (tmp_path / "ledger.key").write_text(content)
        with pytest.raises(SettingsError, match=r"ledger\.key"):
            load(tmp_path)


def test_gunicorn_is_told_in_a_sentence_why_nothing_can_be_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3 is gunicorn's own for what does not start; it would start a worker anew after any other."""
    with transaction(fresh.stores(tmp_path, LEDGER_KEY).registry) as connection:
        append(connection, b"another key", actor="command", organization="", action="publish")
    for name, value in settings(tmp_path, real=True).environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match="3"):
        create_server()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_of_two_processes_one_makes_the_key(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_file(tmp_path / "a.key"), range(16)))
    assert len(keys) == 1 and [p.name for p in tmp_path.iterdir()] == ["a.key"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc/passwd"),
        ("PROXIES", "-1"),
        ("PROXIES", "²"),
        ("LEDGER_KEY", "abc"),
        ("PUBLIC_URL", "http://quorum.example.org"),
        ("PUBLIC_URL", "quorum.example.org"),
        ("PUBLIC_URL", "https://quorum.example.org/path"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("LEDGER_HEAD_COPY", "/"),
        ("LEDGER_HEAD_COPY", "/proc/no/such/folder/head"),
    ],
)
def test_odd_values_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"QUORUM_{name}"):
        load(tmp_path, **{name: value})


def test_the_same_settings_in_another_process(tmp_path: Path) -> None:
    copy = {"ledger_head_copy": tmp_path.resolve() / "copy.head"}
    for made in (settings(tmp_path), settings(tmp_path, real=True, proxies=2, **copy)):
        assert Settings.load(made.environment()) == made


def test_the_demo_listens_on_this_computer_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.execve", lambda *_: None)
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0"):
        serve(settings(tmp_path), host="0.0.0.0")
    settings(tmp_path, real=True).check_host("0.0.0.0")


def test_https_and_cookie_go_together(tmp_path: Path) -> None:
    real, demo = settings(tmp_path, real=True), settings(tmp_path)
    assert (real.secure, real.cookie) == (True, "__Host-quorum")
    assert (demo.secure, demo.cookie) == (False, "quorum")
