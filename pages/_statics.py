"""Static files: compressed once, named by content, kept by browsers for a year.

Only files that exist when the server starts are served, so no path can lead anywhere else.
"""

import gzip
import hashlib
import mimetypes
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, abort, request

FOREVER = "private, max-age=31536000, immutable"
CHECK = "private, no-cache"
# What the sign-in and error pages need.
PUBLIC_ASSETS = frozenset(
    {
        "/assets/tokens.css",
        "/assets/plain.css",
        "/assets/favicon.svg",
        "/assets/fonts/source-sans-3-latin-400-normal.woff2",
        "/assets/fonts/source-sans-3-latin-600-normal.woff2",
        "/assets/fonts/source-serif-4-latin-600-normal.woff2",
    }
)
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg")
KEPT_OUT = (".map", ".py", ".md")


@dataclass
class Static:
    """One file: its bytes, plain and compressed, made when first asked for."""

    name: str
    read: Callable[[], bytes]

    @cached_property
    def mimetype(self) -> str:
        """The content type by the file's name."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @cached_property
    def digest(self) -> str:
        """Short name of the content."""
        return hashlib.sha256(self.read()).hexdigest()[:16]

    @cached_property
    def compressed(self) -> bytes | None:
        """Compressed bytes, None where compressing gains nothing."""
        return gzip.compress(self.read(), 6, mtime=0) if self.mimetype.startswith(COMPRESSIBLE) else None

    def answer(self, keep: str) -> Response:
        """The file, or 304 where the browser has it; keep is the Cache-Control."""
        squeezed = self.compressed if request.accept_encodings["gzip"] > 0 else None
        response = Response(self.read() if squeezed is None else squeezed, mimetype=self.mimetype)
        if squeezed is not None:
            response.headers["Content-Encoding"] = "gzip"
        if self.compressed is not None:
            response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = keep
        response.set_etag(self.digest)
        return response.make_conditional(request)


class Statics:
    """The files of the assets folder and of Dash's component suites."""

    def __init__(self, folder: Path) -> None:
        files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.endswith(KEPT_OUT)]
        names = {str(p.relative_to(folder)): p for p in files if not p.name.startswith(".")}
        self.assets = {name: Static(name, path.read_bytes) for name, path in names.items()}
        self.suites: dict[tuple[str, str], Static] = {}

    def url(self, name: str) -> str:
        """URL of an asset that changes with its content."""
        return f"/assets/{name}?v={self.assets[name].digest}"

    def install(self, server: Flask, app: Dash) -> None:
        """Answer in the place of Flask's and Dash's own static routes."""
        server.view_functions["_dash_assets.static"] = self._asset
        server.add_url_rule("/favicon.ico", "favicon", lambda: self.assets["favicon.svg"].answer(CHECK))
        route = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
        server.view_functions[route] = self._suite
        for package, paths in app.registered_paths.items():
            for path in (p for p in paths if not p.endswith(KEPT_OUT)):
                self.suites.setdefault((package, path), _packaged(package, path))

    def warm(self) -> None:
        """Compress ahead what the first visit asks for."""
        for file in (*self.assets.values(), *self.suites.values()):
            if "async-" not in file.name and not file.name.endswith("package_data/plotly.min.js"):
                _ = file.digest, file.compressed

    def _asset(self, filename: str) -> Response:
        file = self.assets.get(filename) or abort(404)
        lasting = request.args.get("v") == file.digest or filename.startswith("fonts/")
        return file.answer(FOREVER if lasting else CHECK)

    def _suite(self, package_name: str, fingerprinted_path: str) -> Response:
        path, lasting = check_fingerprint(fingerprinted_path)
        file = self.suites.get((package_name, path)) or abort(404)
        return file.answer(FOREVER if lasting or request.args.get("v") == file.digest else CHECK)


def _packaged(package: str, path: str) -> Static:
    return Static(path, lambda: pkgutil.get_data(package, path) or b"")
