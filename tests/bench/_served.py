"""The application as it is served for real, at the time of the tests' agreements."""

import os

from flask import Flask

import app
from settings import Settings
from tests.browser.lab import clock


def create_server() -> Flask:
    """For gunicorn."""
    return app.settled(app.make_app(Settings.load(os.environ), now=clock))
