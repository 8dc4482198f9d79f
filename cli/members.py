"""Organizations, agreements, people."""

import sys
from pathlib import Path

import click

from catalog.naming import many
from cli.saying import FILE, mendable, opened

ROLES = ("backbone", "funder", "evaluator", "partner", "guardian")


@click.group()
def organization() -> None:
    """Members of the collaborative."""


@organization.command("add")
@click.argument("organization_id", metavar="ID")
@click.argument("name")
@click.option("--kind", required=True, help="backbone, contributor, funder, evaluator or families")
def organization_add(organization_id: str, name: str, kind: str) -> None:
    """Add a member, or give it a new name."""
    from data_access.agreement_files import record_member
    from data_access.agreements import Organization
    from data_access.registry.engine import transaction

    member = Organization(organization_id, name, kind)
    with opened() as stores, transaction(stores.registry) as connection:
        record_member(connection, stores.ledger_key, member, "command")
    click.echo(f"{name} is recorded as {organization_id}.")


@click.group()
def agreement() -> None:
    """Agreements between members."""


@agreement.command("add")
@click.argument("file", type=FILE)
def agreement_add(file: Path) -> None:
    """Record the organizations and agreements of a TOML file (example: demo/agreements.toml)."""
    from data_access.agreement_files import read_agreement_file, record_agreement_file

    with opened() as stores:
        content = read_agreement_file(file)
        done = record_agreement_file(stores.registry, stores.ledger_key, content, "command")
    click.echo(f"{many(len(content.organizations), 'organization')} read; new or renamed: {done.organizations}.")
    click.echo(f"{many(len(content.agreements), 'agreement')} read; new or changed: {done.agreements}.")


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", prompt="Name", help="As pages show it.")
@click.option("--organization", "member", required=True, help="Id of the person's organization.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def user_add(email: str, name: str, member: str, role: str, password_stdin: bool) -> None:
    """Add a person; asks for the password."""
    from data_access.accounts import create_user, new_person
    from privacy.viewer import Role

    with mendable():
        new_person(email, name, member, Role(role))  # before the password is asked for
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    person = {"email": email, "name": name, "organization": member, "password": password}
    with opened() as stores:
        made = create_user(stores.registry, **person, role=Role(role), ledger_key=stores.ledger_key)
    click.echo(f"{made.email} may sign in as {role} of {member}.")
