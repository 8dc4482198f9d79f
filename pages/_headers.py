"""Response headers: what a browser may do with our pages."""

from collections.abc import Iterable, Mapping

from flask import Flask, Response

POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def policy(script_hashes: Iterable[str]) -> str:
    """The Content-Security-Policy: our own files only, inline scripts only by hash, nothing evaluated.

    Plotly and the grid write style elements, hence 'unsafe-inline' for styles; MapLibre starts workers from blobs.
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *sorted(set(script_hashes))]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "blob:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def page_headers(script_hashes: Iterable[str], secure: bool) -> dict[str, str]:
    """Headers of every response; those on transport only where readers come over https."""
    headers = {
        "Content-Security-Policy": policy(script_hashes),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": POLICY,
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {})


def install(server: Flask, headers: Mapping[str, str]) -> None:
    """Send the headers with every response; nothing is stored unless the route says so."""

    @server.after_request
    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.pop("Server-Timing", None)
        return response
