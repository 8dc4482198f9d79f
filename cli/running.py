"""The demo and the server."""

import errno
import importlib
import json
import secrets
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.saying import Step, counted, fail, mendable, open_as, progress, settings

if TYPE_CHECKING:
    from data_access.stores import Stores
    from settings import Settings

AGREEMENTS = Path(__file__).parents[1] / "demo" / "agreements.toml"
ORGANIZATIONS = {
    "backbone": "alder-together",
    "funder": "alder-community-fund",
    "evaluator": "lakeshore-evaluation-group",
    "partner": "merrow-city-schools",
    "guardian": "alder-families",
}
# Somebody of the backbone organization has to be told of an emergency, so there are two; the second is not printed.
SECOND = "witness"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8050, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages; a secret key must be set."""
    chosen = settings_in_words()
    with mendable():
        chosen.check_serving()  # before the port: whoever lacks a key has not begun
    _check_port("serve", host, port)
    _serve(chosen, host, port, workers)


@click.command()
@click.option("--children", type=click.IntRange(2_000, 1_000_000), default=20_000, show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8050, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--no-serve", is_flag=True, help="Only make it.")
def demo(children: int, port: int, workers: int, no_serve: bool) -> None:
    """Make an invented county, bring its files in, publish, and serve. What is made is kept."""
    chosen = settings_in_words(demo=True)
    if not no_serve:
        _check_port("demo", "127.0.0.1", port)
    with mendable():
        stores = open_as(chosen)
        _check_home(chosen.home, children)
        with progress() as step:
            _make(stores, chosen.home, children, workers, step)
        passwords = _people(stores, chosen.home)
        _family(stores)
    _print_sign_ins(passwords)
    stores.registry.dispose()
    if not no_serve:
        click.echo(f"\nhttp://127.0.0.1:{port}   (stop with Ctrl-C)")
        _serve(chosen, "127.0.0.1", port, workers)


def settings_in_words(demo: bool | None = None) -> "Settings":
    """The settings, or what is wrong with them."""
    with mendable():
        return settings(demo)


def _serve(chosen: "Settings", host: str, port: int, workers: int) -> None:
    # By name: `app` is composition as this is, and neither is built on the other.
    with mendable():
        importlib.import_module("app").serve(chosen, host, port, workers)


def _check_port(command: str, host: str, port: int) -> None:
    """What keeps it from listening is said now and once, not by gunicorn ten times after everything else is printed."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn: one that has just ended is free
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(_not_listening(command, host, port, error))


def _not_listening(command: str, host: str, port: int, error: OSError) -> str:
    other = f".venv/bin/quorum {command} --port {port + 1 if port < 65_535 else port - 1}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop it, or choose another port: {other}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} may be used by the system's administrator only. Choose one from 1024 on: --port 8050"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{host} is no address of this computer. Choose one of its own, such as --host 127.0.0.1"
    return f"Nothing can listen at {host}, port {port} ({error.strerror}). Choose another --host or --port."


def _check_home(home: Path, children: int) -> None:
    """One folder holds one demo."""
    other = [path.name for path in home.glob("community-*") if path.name != _folder(children)]
    if other:
        there = int(other[0].partition("-")[2])
        fail(
            f"{home} holds a demo of {there:,} children. Remove it (make clean) or name another folder in QUORUM_HOME."
        )


def _folder(children: int) -> str:
    return f"community-{children}"


def _make(stores: "Stores", home: Path, children: int, workers: int, step: Step) -> None:
    """Everything that is not there yet; each part is whole or is made again."""
    folder, done = home / _folder(children), home / "demo.done"
    if not folder.exists():
        _write_files(folder, children, lambda what, share: step(what, 0.15 * share))
    if not done.exists():
        from intake.community import bring_in

        click.echo(f"Bringing in the files of {folder} ...")
        bring_in(stores, folder, AGREEMENTS, lambda what, share: step(what, 0.15 + 0.35 * share))
        done.touch()
    _publish(stores, workers, step)


def _write_files(folder: Path, children: int, step: Step) -> None:
    from demo.make import make_community

    click.echo(f"Inventing a county with {children:,} children ...")
    fresh = folder.with_name(".writing-community")
    shutil.rmtree(fresh, ignore_errors=True)
    make_community(fresh, children=children, progress=step)
    fresh.rename(folder)


def _publish(stores: "Stores", workers: int, step: Step) -> None:
    """Publish unless what stands was made from the very same data, agreements and indicators."""
    from data_access.agreements import agreements
    from data_access.publish import data_version, publish
    from data_access.published import NoPublication
    from demo.years import YEARS

    today = datetime.now(stores.time_zone).date()
    held = [one for one in agreements(stores.registry) if one.active(today)]
    try:
        if stores.publications.current().info.data_version == data_version(stores.registry, held):
            return
    except NoPublication:
        pass
    click.echo("Counting, protecting, attacking, publishing ...")
    end = min(today, YEARS[-1].end)
    publish(stores, as_of=end, today=today, workers=workers, made_by="demo", progress=counted(step, 0.5, 1.0))


def _people(stores: "Stores", home: Path) -> dict[str, str]:
    """One person for each role and a second of the backbone, with passwords kept in a file its owner alone can read."""
    from data_access.accounts import accounts, create_user, set_password
    from data_access.files import write_whole
    from privacy.viewer import Role

    there = {one.email: one for one in accounts(stores.registry)}
    file = home / "sign-ins.json"
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for role, member in {**ORGANIZATIONS, SECOND: ORGANIZATIONS["backbone"]}.items():
        email = f"{role}@alder.example"
        if email in kept and email in there:
            continue
        kept[email] = secrets.token_urlsafe(9)
        content = json.dumps(kept, indent=1).encode()
        write_whole(file, lambda out, content=content: out.write(content))  # type: ignore[misc]
        if email in there:
            set_password(stores.registry, there[email].user_id, kept[email])
        else:
            create_user(
                stores.registry,
                email=email,
                name=f"{role.title()} of the demo",
                organization=member,
                role=Role("backbone" if role == SECOND else role),
                password=kept[email],
            )
    return {email: password for email, password in kept.items() if email != f"{SECOND}@alder.example"}


def _family(stores: "Stores") -> None:
    """The demo guardian has children, so that their page is a real one."""
    from components.family_forms import read
    from components.wording import wording
    from data_access.agreements import organizations
    from data_access.demo_family import link_household

    words, names = wording("en"), {one.id: one.name for one in organizations(stores.registry)}
    here, also = ORGANIZATIONS["partner"], "beacon-after-school"
    link_household(
        stores, "guardian@alder.example", here, also, datetime.now(UTC), lambda said: read(words, said, names)
    )


def _print_sign_ins(passwords: dict[str, str]) -> None:
    click.echo("\nSign in as")
    for email, password in passwords.items():
        click.echo(f"  {email:<26} {password}")
