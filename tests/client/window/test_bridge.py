"""What another thread posts is done in Tk's, at once."""

from __future__ import annotations

import threading
import tkinter
from collections.abc import Callable
from functools import partial

import pytest

from duologue.client.window.bridge import AT_ONCE, Bridge


def wait_for(root: tkinter.Tk, done: list[object], count: int) -> None:
    root.after(5000, lambda: done.extend([None] * count))  # the bound
    while len(done) < count:
        root.tk.dooneevent(0)  # sleeps until something happens, as the main loop does


def test_posts_of_another_thread_wake_tk_in_their_order(root: tkinter.Tk) -> None:
    bridge = Bridge(root)
    done: list[object] = []
    threads: set[int] = set()

    def work(number: int) -> None:
        done.append(number)
        threads.add(threading.get_ident())

    def post() -> None:
        for number in range(3 * AT_ONCE):
            bridge.post(partial(work, number))

    thread = threading.Thread(target=post)
    thread.start()
    wait_for(root, done, 3 * AT_ONCE)
    thread.join()
    bridge.close()
    assert done == [*range(3 * AT_ONCE)]
    assert threads == {threading.get_ident()}


def test_a_sleeping_tk_is_woken_and_does_not_look_by_itself(root: tkinter.Tk) -> None:
    """A loop that polls has a timer, and would be as late as its interval."""
    bridge = Bridge(root)
    done: list[object] = []
    assert root.tk.call("after", "info") == ""
    threading.Timer(0.01, lambda: bridge.post(partial(done.append, "woken"))).start()
    while not done:
        root.tk.dooneevent(0)  # sleeps until something happens
        assert root.tk.call("after", "info") == ""
    bridge.close()


def test_a_fault_in_one_post_is_told_and_the_others_are_done(
    root: tkinter.Tk, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = Bridge(root)
    done: list[object] = []

    def fail() -> None:
        raise LookupError("no such window")

    works: list[Callable[[], None]] = [fail, partial(done.append, 1), *([fail] * AT_ONCE), partial(done.append, 2)]
    for work in works:
        bridge.post(work)
    wait_for(root, done, 2)
    bridge.close()
    assert done == [1, 2]
    told = capsys.readouterr().err
    assert told.startswith("The window goes on after a fault of its own: LookupError('no such window')\nTraceback")
    assert "in fail" in told


def test_after_the_end_a_post_is_harmless(root: tkinter.Tk) -> None:
    bridge = Bridge(root)
    bridge.close()
    bridge.post(lambda: None)
