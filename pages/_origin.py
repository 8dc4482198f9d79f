"""Cross-site requests: whatever changes state must come from our own pages."""

from flask import Request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def own_origin(request: Request, public_url: str | None) -> str:
    """Scheme, host and port under which the reader sees this site."""
    return public_url or f"{request.scheme}://{request.host}".lower()


def foreign(request: Request, public_url: str | None) -> str | None:
    """Why a state-changing request is refused, or None.

    Browsers tell where a request comes from in Sec-Fetch-Site and in Origin. Both must agree that it is this very
    origin; a neighboring host of the same site is foreign too, and so is a request that says nothing.
    """
    if request.method in SAFE:
        return None
    fetch_site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if fetch_site is not None and fetch_site != "same-origin":
        return f"Sec-Fetch-Site {fetch_site!r}"
    if origin is not None and origin != own_origin(request, public_url):
        return "foreign Origin"
    return "no Origin" if fetch_site is None and origin is None else None


def own_host(request: Request, public_url: str | None, secure: bool) -> bool:
    """True when the request names the host we are known by (the demo: this computer): no other name can be rebound."""
    if public_url:
        return request.host.lower() == public_url.split("://", 1)[1]
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return secure or name in {"127.0.0.1", "localhost", "[::1]"}


def local_path(target: str | None) -> str:
    """The target when it is a path on this site; otherwise the start page.

    Browsers read backslashes as slashes and drop tabs and line breaks, so those are refused with the rest.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/sign-in", "/sign-out")):
        return "/"
    if "\\" in target or any(ord(sign) < 32 or ord(sign) == 127 for sign in target) or len(target) > 2000:
        return "/"
    return target
