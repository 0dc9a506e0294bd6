"""The page's files: what is served, as what, and what is still the same."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from pathlib import Path

import pytest

from duologue.protocols.web.codec import HEADERS
from duologue.server.net.web_files import CONTENT_TYPES, PAGE, Files, accepts_gzip, sentence


@pytest.fixture
def files(tmp_path: Path) -> Files:
    folder = tmp_path / "page"
    (folder / "parts").mkdir(parents=True)
    (folder / "index.html").write_text("<p>")
    (folder / "parts" / "app.js").write_text("1")
    (folder / "notes.py").write_text("secret")
    (folder / "folder.js").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    return Files(folder)


def test_a_file_comes_with_its_type_and_its_tag(files: Files) -> None:
    found = files.answer("/parts/app.js", "")
    assert found
    assert (found.status_code, found.body) == (200, b"1")
    assert found.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert found.headers["Content-Length"] == "1"
    assert {name: found.headers[name] for name in HEADERS} == HEADERS


def test_the_folder_itself_is_its_index(files: Files) -> None:
    index, front = files.answer("/index.html", ""), files.answer("/", "")
    assert index
    assert front
    assert front.body == index.body == b"<p>"


def test_after_a_file_the_next_may_be_asked_for_and_after_a_sentence_nothing(files: Files) -> None:
    front = files.answer("/", "")
    assert front
    again = files.answer("/", front.headers["ETag"])
    assert again
    assert again.status_code == 304
    assert "Connection" not in front.headers
    assert "Connection" not in again.headers
    assert sentence(HTTPStatus.NOT_FOUND, "no").headers.get_all("Connection") == ["close"]


def test_the_index_names_all_modules_so_that_they_are_fetched_at_once(files: Files) -> None:
    front, module = files.answer("/", ""), files.answer("/parts/app.js", "")
    assert front
    assert module
    assert front.headers["Link"] == "<parts/app.js>; rel=modulepreload"
    assert "Link" not in module.headers


def test_a_page_without_modules_names_none(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    front = Files(tmp_path).answer("/", "")
    assert front
    assert "Link" not in front.headers


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', '"other",W/{}'])
def test_what_a_browser_has_is_not_sent_again(files: Files, known: str) -> None:
    first = files.answer("/", "")
    assert first
    again = files.answer("/", known.format(first.headers["ETag"]))
    assert again
    assert (again.status_code, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = files.answer("/", '"other"')
    assert other
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/notes.py", "/parts", "/folder.js", "/../secret.txt", "//index.html", "/parts/../index.html", "/x"]
)
def test_nothing_else_is_there(files: Files, path: str) -> None:
    assert files.answer(path, "") is None


def test_without_a_folder_there_are_no_files(tmp_path: Path) -> None:
    assert Files(tmp_path / "nowhere").answer("/", "") is None


def test_a_sentence_is_plain_text() -> None:
    found = sentence(HTTPStatus.NOT_FOUND, "There is <b>no</b> such page.")
    assert found.headers["Content-Type"] == CONTENT_TYPES[".txt"]
    assert found.body == b"There is <b>no</b> such page.\n"


def test_all_that_a_page_is_made_of_has_a_type() -> None:
    assert {".html", ".js", ".css", ".svg"} <= set(CONTENT_TYPES)
    assert PAGE.parent.name == "duologue"


@pytest.mark.parametrize(
    ("accepted", "is_so"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("br , x-gzip", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_for_those_who_take_it(accepted: str, is_so: bool) -> None:
    assert accepts_gzip(accepted) is is_so


def test_what_is_smaller_compressed_is_sent_so_to_who_takes_it(files: Files, tmp_path: Path) -> None:
    text = "// a line that comes again\n" * 100
    (tmp_path / "page" / "long.js").write_text(text)
    files = Files(tmp_path / "page")
    whole, compressed = files.answer("/long.js", ""), files.answer("/long.js", "", "br, gzip")
    assert whole
    assert compressed
    assert whole.body == text.encode() == gzip.decompress(bytes(compressed.body))
    assert len(compressed.body) == int(compressed.headers["Content-Length"]) < len(text) / 5
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.headers["Content-Type"] == whole.headers["Content-Type"]
    assert "Content-Encoding" not in whole.headers
    assert whole.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
    assert whole.headers["ETag"] != compressed.headers["ETag"]


def test_what_a_browser_has_compressed_is_not_sent_again(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>" * 100)
    (tmp_path / "app.js").write_text("1")
    files = Files(tmp_path)
    first = files.answer("/", "", "gzip")
    assert first
    assert first.headers["Link"] == "<app.js>; rel=modulepreload"
    tag = first.headers["ETag"]
    again, other = files.answer("/", f"W/{tag}", "gzip"), files.answer("/", tag)
    assert again
    assert other
    assert (again.status_code, again.headers["ETag"], again.headers["Vary"]) == (304, tag, "Accept-Encoding")
    assert other.status_code == 200


def test_what_gains_nothing_is_sent_as_it_is(files: Files) -> None:
    found = files.answer("/parts/app.js", "", "gzip")
    assert found
    assert found.body == b"1"
    assert "Content-Encoding" not in found.headers
