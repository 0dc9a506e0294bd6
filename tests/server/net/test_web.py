"""What is answered by HTTP: to whom the socket opens, who may read the metrics, and which origins are ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from duologue.server.net.web import MOST_ORIGINS, WebSite, origins
from duologue.server.net.web_files import Files
from duologue.settings import Settings

OURS = "http://127.0.0.1:8080"
FAR, HERE = "192.0.2.1", "127.0.0.1"


def ok() -> str:
    return "ok"


@pytest.fixture
def site(tmp_path: Path) -> WebSite:
    (tmp_path / "index.html").write_text("<p>")
    return WebSite(
        Files(tmp_path),
        frozenset({OURS}),
        not_ready=lambda: "",
        remark=lambda: "ok",
        metrics=lambda: (b"numbers", "text/x"),
    )


def asked(site: WebSite, path: str, address: str = HERE, method: str = "GET", **headers: str) -> Response | None:
    named = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return site.site_for(address)(Request(path, named, method))


def status(site: WebSite, path: str, address: str = HERE, **headers: str) -> int:
    answer = asked(site, path, address, **headers)
    assert answer
    return answer.status_code


def test_the_socket_opens_for_our_own_page(site: WebSite) -> None:
    assert asked(site, "/socket", Origin=OURS) is None
    assert asked(site, "/socket?x=1", FAR, Origin=OURS) is None
    assert site.refused == {}


@pytest.mark.parametrize(
    "origin", ["", "null", "http://127.0.0.1", f"{OURS}/", f"{OURS}.evil", f" {OURS}", OURS.upper()]
)
def test_for_any_other_it_does_not_and_that_is_counted_and_logged(
    site: WebSite, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert status(site, "/socket", Origin=origin) == 403
    assert site.refused == {"bad_origin": 1}
    assert "--web-origins" in caplog.text


def test_nor_without_one(site: WebSite) -> None:
    answer = asked(site, "/socket")
    assert answer
    assert (answer.status_code, b"--web-origins" in answer.body) == (403, False)


def test_a_refused_origin_is_told_what_to_set(site: WebSite) -> None:
    answer = asked(site, "/socket", Origin="https://chat.example.org")
    assert answer
    assert b"its origin is https://chat.example.org" in answer.body
    assert b"--web-origins https://chat.example.org" in answer.body
    hostile = asked(site, "/socket", Origin="\xad\x85<b>" + 500 * "x")
    assert hostile
    assert hostile.body.decode().removesuffix("\n").isprintable()
    assert len(hostile.body) < 500


def test_an_origin_is_logged_once_and_no_more_than_so_many(site: WebSite, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        status(site, "/socket", Origin="https://chat.example.org")
    assert [vars(record)["origin"] for record in caplog.records] == ["https://chat.example.org"]
    for number in range(2 * MOST_ORIGINS):
        status(site, "/socket", Origin=f"https://{number}.example")
    assert len(caplog.records) == MOST_ORIGINS
    assert site.refused == {"bad_origin": 3 + 2 * MOST_ORIGINS}


def test_two_origins_are_a_mistake(site: WebSite) -> None:
    headers = Headers()
    headers["Origin"] = OURS
    headers["Origin"] = "http://evil.example"
    answer = site.site_for(HERE)(Request("/socket", headers))
    assert answer
    assert answer.status_code == 400


def test_metrics_are_read_on_this_machine_only(site: WebSite) -> None:
    answer = asked(site, "/metrics", Host="127.0.0.1:8080")
    assert answer
    assert (answer.status_code, answer.body, answer.headers["Content-Type"]) == (200, b"numbers", "text/x")
    assert status(site, "/metrics", FAR, Host="127.0.0.1:8080") == 403
    assert status(site, "/metrics", Host="evil.example:8080") == 403
    assert status(site, "/metrics") == 403
    assert status(site, "/metrics", Host="127.0.0.1:8080", X_Forwarded_For=FAR) == 403
    assert status(site, "/metrics", Host="127.0.0.1:8080", Forwarded=f"for={FAR}") == 403


def test_nobody_is_told_the_metrics_by_a_proxy_however_it_asks(tmp_path: Path) -> None:
    """What nginx sends by default looks as if this machine asked."""
    site = WebSite(Files(tmp_path), frozenset({OURS}), not_ready=lambda: "", remark=ok, metrics=None)
    answer = asked(site, "/metrics", Host="127.0.0.1:8080")
    assert answer
    assert answer.status_code == 403
    assert b"server.py metrics" in answer.body


def test_health_says_why_not(tmp_path: Path) -> None:
    reasons = iter(["", "The store has failed."])
    site = WebSite(Files(tmp_path), frozenset(), not_ready=lambda: next(reasons), remark=ok, metrics=lambda: (b"", ""))
    assert status(site, "/healthz", FAR) == 200
    answer = asked(site, "/healthz", FAR)
    assert answer
    assert (answer.status_code, answer.body) == (503, b"The store has failed.\n")


@pytest.mark.parametrize(
    ("host", "is_told"),
    [
        ("chat.example.org", True),
        ("chat.example.org:8080", True),
        ("localhostile.example", True),
        ("localhost:8080", False),
        ("LOCALHOST", False),
        ("localhost.:8080", False),
        ("page.localhost:8080", False),
        ("127.0.0.1:8080", False),
        ("127.9.9.9", False),
        ("[::1]:8080", False),
        ("[::1]", False),
        ("", False),
    ],
)
def test_a_browser_is_told_to_keep_to_our_tls(tmp_path: Path, host: str, is_told: bool) -> None:
    """Not for this machine's own names, where every other program of a developer would be shut out."""
    (tmp_path / "index.html").write_text("page")
    for has_tls in (True, False):
        site = WebSite(
            Files(tmp_path),
            frozenset({OURS}),
            not_ready=lambda: "",
            remark=lambda: "ok",
            metrics=lambda: (b"", ""),
            has_tls=has_tls,
        )
        for path in ("/", "/nothing", "/healthz", "/metrics"):
            answer = asked(site, path, Host=host)
            assert answer
            told = answer.headers.get("Strict-Transport-Security")
            assert told == ("max-age=63072000" if is_told and has_tls else None)


def test_only_get_and_head_are_answered(site: WebSite) -> None:
    for path in ("/", "/socket", "/metrics", "/nothing"):
        answer = asked(site, path, method="POST", Origin=OURS)
        assert answer
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_the_body(site: WebSite) -> None:
    known = asked(site, "/")
    assert known
    for path in ("/", "/index.html", "/healthz", "/metrics", "/nothing", "/socket"):
        for headers in ({}, {"Host": "127.0.0.1:8080"}, {"If_None_Match": known.headers["ETag"]}):
            got, head = (asked(site, path, method=method, **headers) for method in ("GET", "HEAD"))
            assert got
            assert head
            assert (head.status_code, [*head.headers.raw_items()]) == (got.status_code, [*got.headers.raw_items()])
            assert head.body == b""


def test_head_opens_no_socket(site: WebSite) -> None:
    answer = asked(site, "/socket", method="HEAD", Origin=OURS)
    assert answer
    assert (answer.status_code, answer.headers["Upgrade"], answer.body) == (426, "websocket", b"")


def test_a_mistake_has_no_body_for_head_either(site: WebSite) -> None:
    headers = Headers()
    headers["Origin"] = OURS
    headers["Origin"] = OURS
    answer = site.site_for(HERE)(Request("/socket", headers, "HEAD"))
    assert answer
    assert (answer.status_code, answer.body) == (400, b"")


def test_what_is_not_there(site: WebSite) -> None:
    assert (status(site, "/"), status(site, "/?x"), status(site, "/x"), status(site, "/healthz/")) == (
        200,
        200,
        404,
        404,
    )


@pytest.mark.parametrize(
    ("settings", "port", "expected"),
    [
        (Settings(), 8080, "http://127.0.0.1:8080 http://localhost:8080 http://[::1]:8080"),
        (
            Settings(host="bücher.example"),
            80,
            "http://127.0.0.1 http://localhost http://[::1] http://xn--bcher-kva.example",
        ),
        (Settings(), 80, "http://127.0.0.1 http://localhost http://[::1]"),
        (
            Settings(host="Chat.Example"),
            81,
            "http://127.0.0.1:81 http://localhost:81 http://[::1]:81 http://chat.example:81",
        ),
        (
            Settings(host="2001:db8::1"),
            81,
            "http://127.0.0.1:81 http://localhost:81 http://[::1]:81 http://[2001:db8::1]:81",
        ),
        (
            replace(Settings(web_origins=("https://chat.example",)), tls_cert=Path("c"), tls_key=Path("k")),
            443,
            "https://127.0.0.1 https://localhost https://[::1] https://chat.example",
        ),
    ],
)
def test_our_origins(settings: Settings, port: int, expected: str) -> None:
    assert origins(settings, port) == set(expected.split())


def test_a_page_is_told_why_its_socket_does_not_open(site: WebSite) -> None:
    """A browser tells a page nothing of what its socket was answered."""
    assert status(site, "/status") == 200
    assert status(site, f"/status?origin={OURS}") == 200
    answer = asked(site, "/status?origin=https%3A%2F%2Fchat.example.org")
    assert answer
    assert answer.status_code == 403
    assert b"its origin is https://chat.example.org," in answer.body
    assert b"--web-origins https://chat.example.org" in answer.body
    assert answer.body == refusal(site, "https://chat.example.org")
    assert site.refused == {"bad_origin": 1}  # not by asking


@pytest.mark.parametrize("query", ["%0d%0aSet-Cookie:x", "%e2%80%ae", "%ff", "x" * 5000])
def test_what_a_page_calls_itself_is_shown_as_a_text(site: WebSite, query: str) -> None:
    answer = asked(site, f"/status?origin={query}")
    assert answer
    assert answer.status_code == 403
    assert len(answer.body) < 600
    assert "\r" not in answer.body.decode()
    assert "\u202e" not in answer.body.decode()


def refusal(site: WebSite, origin: str) -> bytes:
    answer = asked(site, "/socket", Origin=origin)
    assert answer
    return bytes(answer.body)


def test_a_file_is_compressed_for_who_takes_it(tmp_path: Path, site: WebSite) -> None:
    (tmp_path / "index.html").write_text("<p>" * 100)
    site = WebSite(Files(tmp_path), frozenset(), not_ready=lambda: "", remark=ok, metrics=None)
    answer = asked(site, "/", Accept_Encoding="gzip, br")
    assert answer
    assert answer.headers["Content-Encoding"] == "gzip"
