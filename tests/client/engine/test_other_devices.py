"""What is known of the other devices of an account: whose a message is, and whether it was told before."""

from __future__ import annotations

from duologue.client.engine.other_devices import MOST_OWN_STREAMS, OtherDevices


def test_what_was_said_here_is_no_news() -> None:
    others = OtherDevices()
    others.speaks_in("a")
    assert not others.is_news("a", 7)
    assert others.is_news("b", 1)


def test_what_was_said_elsewhere_is_news_once() -> None:
    others = OtherDevices()
    assert [others.is_news("b", position) for position in (1, 2, 1, 2, 3)] == [True, True, False, False, True]


def test_only_so_many_streams_are_remembered() -> None:
    others = OtherDevices()
    for number in range(MOST_OWN_STREAMS + 1):
        others.speaks_in(f"a{number}")
        others.is_news(f"b{number}", 1)
    assert [others.is_news(stream, 1) for stream in ("a1", "b1", "a0", "b0")] == [False, False, True, True]


def test_a_chat_goes_on_in_the_stream_that_was_heard_last() -> None:
    others = OtherDevices()
    assert others.stream_of("c") == ""
    others.partner_speaks_in("c")
    others.partner_speaks_in("c.2")
    assert others.stream_of("c") == "c.2"
    assert others.stream_of("d") == ""
