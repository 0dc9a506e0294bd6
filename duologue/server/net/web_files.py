"""The files of the page, read and compressed once, and the answers to requests for them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

from duologue.protocols.web.codec import HEADERS

PAGE = Path(__file__).parents[2] / "page"
"""The folder of the page in the package."""

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""The content types. Nothing else is served, whatever lies in the folder."""

TEXT = CONTENT_TYPES[".txt"]

COMPRESSED = frozenset({".html", ".js", ".css", ".svg", ".webmanifest", ".txt"})
"""The types that are compressed; the others are in themselves. None of the files has a secret in it (compare decision
0035).
"""

_GZIP = re.compile(r"\s*(?:x-)?gzip\s*(?:;\s*q=(?P<weight>[\d.]+)\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the page. `compressed` is the same with gzip, where that is smaller; it has an ETag of its own, as it
    has other bytes.
    """

    content: bytes
    content_type: str
    etag: str
    compressed: File | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> File:
        compressed = self.compressed and self.compressed.with_headers(headers)
        return replace(self, headers={**self.headers, **headers}, compressed=compressed)


class Files:
    """The files beneath `folder`, by the path that a browser asks for; none if there is no such folder.

    A path is looked up as it comes, so none leads out of the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in CONTENT_TYPES and path.is_file()
        }
        index = self._files.get("/index.html")
        if index:
            self._files["/"] = self._files["/index.html"] = index.with_headers(self._modules())

    def _modules(self) -> dict[str, str]:
        """Return headers by which all modules are fetched at once: by itself a browser finds them in three waves, as
        one names the other.
        """
        modules = [f"<{path[1:]}>; rel=modulepreload" for path in self._files if path.endswith(".js")]
        return {"Link": ", ".join(modules)} if modules else {}

    def answer(self, path: str, known: str, accepted: str = "") -> Response | None:
        """Return the file at `path`, compressed if `accepted` allows it, or that it is still the one of the ETags in
        `known`; None if there is none.
        """
        whole = self._files.get(path)
        if whole is None:
            return None
        file = whole.compressed if whole.compressed and accepts_gzip(accepted) else whole
        headers = {"ETag": file.etag, "Vary": "Accept-Encoding"}
        if file.etag in (etag.strip().removeprefix("W/") for etag in known.split(",")):
            return _kept(response(HTTPStatus.NOT_MODIFIED, b"", file.content_type, **headers))
        return _kept(response(HTTPStatus.OK, file.content, file.content_type, **headers, **file.headers))


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip, and does not only rule it out."""
    found = [match for part in accepted.split(",") if (match := _GZIP.fullmatch(part))]
    return any((match["weight"] or "1").strip("0.") for match in found)


def _read(path: Path) -> File:
    content, content_type = path.read_bytes(), CONTENT_TYPES[path.suffix]
    tag = sha256(content).hexdigest()[:32]
    compressed = None
    if path.suffix in COMPRESSED:
        shorter = gzip.compress(content, mtime=0)  # the same bytes at each start
        if len(shorter) < len(content):
            compressed = File(shorter, content_type, f'"{tag}-gzip"', headers={"Content-Encoding": "gzip"})
    return File(content, content_type, f'"{tag}"', compressed)


def response(status: HTTPStatus, body: bytes, content_type: str, **more: str) -> Response:
    """Return an answer that closes the connection. Only files are asked for one after the other."""
    headers = Headers(
        {"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close", **HEADERS, **more}
    )
    return Response(status.value, status.phrase, headers, body)


def _kept(answer: Response) -> Response:
    """Return the answer for a connection on which the next file may be asked for."""
    del answer.headers["Connection"]
    return answer


def sentence(status: HTTPStatus, text: str, **more: str) -> Response:
    return response(status, f"{text}\n".encode(), TEXT, **more)
