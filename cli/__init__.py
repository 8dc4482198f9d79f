"""The command `quorum`: each subcommand calls one function of a room and says in plain words what came of it."""

import click

from cli.files import assign, merge_areas, protect
from cli.importing import batches, import_, match, withdraw
from cli.members import agreement, organization, user
from cli.publishing import attack, publish, verify
from cli.running import demo, serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Quorum: a community's numbers, never small enough to point at a child."""


for command in (
    *(demo, serve),
    *(organization, agreement, user),
    *(import_, match, batches, withdraw),
    *(publish, attack, verify),
    *(protect, assign, merge_areas),
):
    main.add_command(command)
