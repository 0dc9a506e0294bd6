"""A file of messages: whole, in order, its owner's, and never instead of another."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.history.export import FORMATS, Spool, as_json, as_text, refuse_existing, write_new
from duologue.core.events.chat import Recalled

texts = st.text(st.characters(codec="utf-8"), max_size=50)
messages = st.builds(Recalled, st.integers(0, 10**18), st.integers(0, 4 * 10**9), texts, texts, texts)


@given(st.lists(st.lists(messages, max_size=5), max_size=5))
def test_pages_put_in_newest_first_come_out_oldest_first(pages: list[list[Recalled]]) -> None:
    with Spool(Path(tempfile.gettempdir())) as spool:
        for page in pages:
            spool.put(page)
        assert spool.count == sum(map(len, pages))
        for _ in range(2):
            assert [*spool] == [message for page in reversed(pages) for message in page]


def test_a_spool_leaves_nothing_in_its_folder(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.put([Recalled(1, 1, "bob", "alice", "x")])
    assert [*tmp_path.iterdir()] == []


@given(st.lists(messages, min_size=1, max_size=5))
def test_json_is_a_list_of_objects_with_every_character(said: list[Recalled]) -> None:
    text = "".join(as_json(said))
    assert text.isascii()
    assert len(text.splitlines()) == len(said) + 2
    for record, message in zip(json.loads(text), said, strict=True):
        assert [*record] == ["number", "at", "from", "to", "text"]
        moment = datetime.fromisoformat(record["at"])
        assert moment.tzinfo is not None
        assert moment.timestamp() == message.at
        got = Recalled(record["number"], message.at, record["from"], record["to"], record["text"])
        assert got == message


def test_text_is_what_history_shows() -> None:
    said = [Recalled(1, 0, "bob", "alice", "one\ntwo"), Recalled(2, 60, "alice", "bob", "\x1b[2J")]
    day, first, further, second = "".join(as_text(said)).splitlines()
    assert day.startswith("— ")
    assert first.endswith(" bob: one")
    assert further == "    two"
    assert second.endswith(" alice: ␛[2J")


def test_a_new_file_is_whole_and_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    write_new(path, ["日本\n", "two\n"])
    assert path.read_text(encoding="utf-8") == "日本\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_comes_up_meanwhile_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"

    def lines() -> Iterator[str]:
        path.write_text("mine")
        yield "ours"

    with pytest.raises(FileExistsError):
        write_new(path, lines())
    assert path.read_text() == "mine"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_could_not_be_finished_is_not_there(tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield "one"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_new(tmp_path / "chat.txt", lines())
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("is_there", [False, True])
def test_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "chat.txt"
    if is_there:
        path.write_text("mine")
        with pytest.raises(FileExistsError):
            write_new(path, ["ours"])
    else:
        write_new(path, ["ours"])
    assert path.read_text() == ("mine" if is_there else "ours")
    assert [*tmp_path.iterdir()] == [path]


def test_what_is_there_is_refused_even_a_link_to_nowhere(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "free.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        refuse_existing(tmp_path / "link.txt")


def test_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250 + ".txt")
    write_new(path, ["x"])
    assert path.exists()


def test_the_forms() -> None:
    assert set(FORMATS) == {".txt", ".json"}
