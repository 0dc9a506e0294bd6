"""What a browser, a monitor or a stranger asks of the web front door by HTTP, and what they are answered."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs

from websockets.datastructures import MultipleValuesError
from websockets.http11 import Request, Response

from duologue.core.admission import is_loopback
from duologue.core.origin import origin_of
from duologue.core.text import visible
from duologue.protocols.web.codec import Site
from duologue.server.net.web_files import Files, response, sentence
from duologue.settings import Settings

log = logging.getLogger(__name__)
logging.getLogger("websockets.server").setLevel(logging.WARNING)  # below, it logs passwords and texts

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")

_SHOWN = 80

MOST_ORIGINS = 100
"""Refused ones that are told from one another in the log: each is there once, and nobody fills it by making some up."""

_PORT = re.compile(r":\d*$")

HSTS = "max-age=63072000"
"""Two years, as Mozilla's guideline has it. Not for the names below this one, which may be other servers."""


def origins(settings: Settings, port: int) -> frozenset[str]:
    """Where the page can come from, as browsers say it: this server under its own names, or the operator's list."""
    scheme = "https" if settings.tls_cert else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    own = (origin_of(f"{scheme}://{name}:{port}") for name in (*LOOPBACK_HOSTS, host))
    return frozenset({*own, *settings.web_origins})


class WebSite:
    """`not_ready` says why nobody can log in or be stored now, and nothing when they can; then a monitor reads the
    `remark`. `metrics` gives the numbers, and their content type; None where a proxy hides who asks. `refused` counts
    what was refused, by reason.

    A browser that came by a name of ours and our own TLS (`has_tls`) is told never to come without it.
    """

    def __init__(
        self,
        files: Files,
        allowed: frozenset[str],
        *,
        not_ready: Callable[[], str],
        remark: Callable[[], str],
        metrics: Callable[[], tuple[bytes, str]] | None,
        has_tls: bool = False,
    ) -> None:
        self.refused: Counter[str] = Counter()
        self._files = files
        self._allowed = allowed
        self._hosts = {origin.partition("://")[2] for origin in allowed}
        self._not_ready = not_ready
        self._remark = remark
        self._metrics = metrics
        self._has_tls = has_tls
        self._refused_origins: set[str] = set()
        self._pages: dict[str, Callable[[Request, str], Response | None]] = {
            "/socket": self._socket,
            "/status": self._status,
            "/healthz": self._health,
            "/metrics": self._numbers,
        }

    def site_for(self, address: str) -> Site:
        """What a peer at `address` is answered."""
        return partial(self._answer, address=address)

    def _answer(self, request: Request, address: str) -> Response | None:
        try:
            answer = self._answered(request, address)
            is_for_good = self._has_tls and not _is_local(request.headers.get("Host", ""))
        except MultipleValuesError:
            answer, is_for_good = sentence(HTTPStatus.BAD_REQUEST, "A header came twice."), False
        if request.method == "HEAD":
            answer = without_body(answer)
        if answer and is_for_good:
            answer.headers["Strict-Transport-Security"] = HSTS
        return answer

    def _answered(self, request: Request, address: str) -> Response | None:
        if request.method not in ("GET", "HEAD"):
            return sentence(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD are answered here.", Allow="GET, HEAD")
        path = request.path.partition("?")[0]
        page = self._pages.get(path)
        if page:
            return page(request, address)
        known, accepted = (request.headers.get(name, "") for name in ("If-None-Match", "Accept-Encoding"))
        found = self._files.answer(path, known, accepted)
        return found or sentence(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _socket(self, request: Request, address: str) -> Response | None:
        """A browser says truly which page it speaks for. One that was led here under a name of somebody else's (DNS
        rebinding) says that name, so the Host header need not be looked at.
        """
        origin = request.headers.get("Origin", "")
        if origin in self._allowed:
            return None
        self.refused["bad_origin"] += 1
        self._log_refused(visible(origin[:_SHOWN]), address)
        return _not_from(origin)

    def _status(self, request: Request, _: str) -> Response:
        """For a page whose socket does not open: a browser tells it nothing of the answer. It says where it is from
        (`?origin=`), which a browser does not say for it here.
        """
        origin = parse_qs(request.path.partition("?")[2]).get("origin", [""])[0]
        if origin and origin not in self._allowed:
            return _not_from(origin)
        return sentence(HTTPStatus.OK, "ok")

    def _log_refused(self, origin: str, address: str) -> None:
        """Each once, with what to do if it was no stranger's page."""
        if origin in self._refused_origins or len(self._refused_origins) == MOST_ORIGINS:
            return
        self._refused_origins.add(origin)
        log.warning(
            "page refused: its origin is not this server's; if it should be, add it to --web-origins",
            extra={"peer": address, "origin": origin},
        )

    def _health(self, _: Request, __: str) -> Response:
        reason = self._not_ready()
        return sentence(HTTPStatus.SERVICE_UNAVAILABLE, reason) if reason else sentence(HTTPStatus.OK, self._remark())

    def _numbers(self, request: Request, address: str) -> Response:
        """For monitors on this machine: not for who comes by a proxy, nor for a page that calls itself otherwise."""
        if self._metrics is None:
            return sentence(HTTPStatus.FORBIDDEN, "With --web-origins the metrics are what `server.py metrics` prints.")
        headers = request.headers
        is_passed_on = "Forwarded" in headers or "X-Forwarded-For" in headers
        if not is_loopback(address) or is_passed_on or headers.get("Host", "").lower() not in self._hosts:
            return sentence(HTTPStatus.FORBIDDEN, "The metrics are for this machine only.")
        numbers, content_type = self._metrics()
        return response(HTTPStatus.OK, numbers, content_type)


def _not_from(origin: str) -> Response:
    """An origin that is not allowed, and what to do."""
    if not origin:
        return sentence(HTTPStatus.FORBIDDEN, "Only a browser's page may connect here, and it says its origin.")
    shown = visible(origin[:_SHOWN])
    return sentence(
        HTTPStatus.FORBIDDEN,
        f"This page may not connect here: its origin is {shown}, which is not that of this server's page. "
        f"If it should be, the server has to be started with --web-origins {shown}",
    )


def without_body(answer: Response | None) -> Response:
    """What HEAD is answered: what GET would be, with its length. No WebSocket begins by it."""
    answer = answer or sentence(HTTPStatus.UPGRADE_REQUIRED, "A WebSocket begins with GET.", Upgrade="websocket")
    return replace(answer, body=b"")


def _is_local(host: str) -> bool:
    """Does a Host header name this machine to itself? To a browser, all that ever runs there is one site."""
    name = _PORT.sub("", host.lower()).removesuffix(".")
    return name in ("", *LOOPBACK_HOSTS) or name.endswith(".localhost") or _is_loopback_address(name)


def _is_loopback_address(name: str) -> bool:
    try:
        return is_loopback(name.strip("[]"))
    except ValueError:
        return False
