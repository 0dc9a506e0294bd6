"""Hands that remember what they were asked to do."""

from __future__ import annotations

from duologue.client.window.talk import Act


class Hands:
    def __init__(self) -> None:
        self.done: list[tuple[str, str | Act]] = []

    def submit(self, place: str, text: str) -> None:
        self.done.append((place, text))

    def act(self, place: str, act: Act) -> None:
        self.done.append((place, act))

    def earlier(self, place: str) -> None:
        self.done.append((place, "earlier"))

    def export_talk(self, place: str) -> None:
        self.done.append((place, "export"))

    def describe(self, nickname: str) -> None:
        self.done.append((nickname, "describe"))

    def search(self, words: str = "") -> None:
        self.done.append((words, "search"))
