"""What never changes under its address: style sheets, fonts and scripts, named by a hash of all of them and kept by browsers for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, as it is sent."""

    content: bytes
    packed: bytes | None
    """The same in gzip where that is shorter."""
    type: str


@cache
def assets() -> dict[str, Asset]:
    """Every file below `static/` by its path there."""
    found = {}
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file() and file.suffix in TYPES:
            content = file.read_bytes()
            packed = gzip.compress(content, mtime=0)
            name = file.relative_to(FOLDER).as_posix()
            found[name] = Asset(content, packed if len(packed) < len(content) * 0.9 else None, TYPES[file.suffix])
    return found


@cache
def version() -> str:
    """The hash of all files: style sheets name fonts beside them, so all carry the same."""
    digest = hashlib.blake2b(digest_size=8)
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.content)
    return digest.hexdigest()


def address(name: str) -> str:
    """Where a file is served; KeyError for one that is not there."""
    _ = assets()[name]
    return f"/static/{version()}/{name}"


async def serve_static(request: Request) -> Response:
    """One file."""
    asset = assets().get(request.path_params["name"])
    if asset is None or request.path_params["version"] != version():
        return Response("not found", 404, media_type="text/plain")
    headers = {"cache-control": FOREVER, "vary": "Accept-Encoding", "content-type": asset.type}
    if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers={**headers, "content-encoding": "gzip", "etag": f'"{version()}-gzip"'})
    return Response(asset.content, headers={**headers, "etag": f'"{version()}"'})


ROUTE = Route("/static/{version}/{name:path}", serve_static)
