"""Scripts, styles and pictures: read once at the start, served for ever under an address that holds their digest."""

import gzip
import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response

from chassis.web.problems import not_found

_FOR_EVER = "public, max-age=31536000, immutable"
_COMPRESSED = frozenset({"text/css", "text/javascript", "image/svg+xml", "text/plain"})
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".md": "text/plain"}


@dataclass(frozen=True)
class StaticFile:
    """One file; `zipped` is None where compressing would gain nothing."""

    content: bytes
    media_type: str
    zipped: bytes | None


class StaticFiles:
    """All files of some packages' `static` folders. One digest covers them all, since style sheets name pictures."""

    def __init__(self, packages: Sequence[str]) -> None:
        found = {name: content for package in packages for name, content in _read(files(package) / "static")}
        self._files = {name: _file(name, content) for name, content in found.items()}
        digest = sha256()
        for name in sorted(found):
            digest.update(name.encode() + b"\0" + found[name])
        self.digest = digest.hexdigest()[:16]

    @property
    def names(self) -> Sequence[str]:
        """The names of all files."""
        return sorted(self._files)

    def first_load(self, names: Sequence[str]) -> int:
        """Return how many bytes go over the wire for these files."""
        return sum(len(one.zipped or one.content) for one in map(self._files.__getitem__, names))

    def answer(self, request: Request, digest: str, name: str) -> Response:
        """Return a file; 404 where there is none. Under an older digest it is served, and kept by nobody."""
        if name not in self._files:
            raise not_found("file")
        found = self._files[name]
        headers = {
            "Cache-Control": _FOR_EVER if digest == self.digest else "no-cache",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if found.zipped and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.zipped, headers=headers | {"Content-Encoding": "gzip"}, media_type=found.media_type)
        return Response(found.content, headers=headers, media_type=found.media_type)


def static_routes(prefix: str, static: StaticFiles) -> APIRouter:
    """Return the route that serves them."""
    router = APIRouter(include_in_schema=False)

    @router.get(prefix + "/static/{digest}/{name:path}")
    async def static_file(request: Request, digest: str, name: str) -> Response:
        return static.answer(request, digest, name)

    return router


def _read(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        name = f"{path}{entry.name}"
        if entry.is_dir():
            yield from _read(entry, f"{name}/")
        else:
            yield name, entry.read_bytes()


def _file(name: str, content: bytes) -> StaticFile:
    ending = f".{name.rpartition('.')[2]}"
    media_type = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return StaticFile(content, media_type, gzip.compress(content, 9, mtime=0) if media_type in _COMPRESSED else None)
