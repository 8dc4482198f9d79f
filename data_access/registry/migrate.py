"""Bring the registry's tables to the form this version of Quorum needs."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from data_access.registry.engine import NotOpened, lock, transaction

FOLDER = Path(__file__).parent / "migrations"


class NewerRegistry(NotOpened):
    """The registry was made by a newer Quorum than this one."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, all or none; two processes at once wait for each other."""
    scripts = _scripts()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == scripts.get_current_head():
        return
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerRegistry(
            "The registry was written by a newer version of Quorum; install that version and try again."
        )
    with transaction(engine) as connection:
        lock(connection, "migrate")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@cache
def _scripts() -> ScriptDirectory:
    """The migrations, read once: a registry that needs none is opened in a moment."""
    return ScriptDirectory.from_config(_config())
