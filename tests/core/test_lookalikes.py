"""The table of characters that look alike is Unicode's."""

from __future__ import annotations

from docs import make_lookalikes
from duologue.core.names import skeleton


def test_every_character_of_a_name_looks_as_unicode_says_and_every_class_has_one_representative() -> None:
    for char in make_lookalikes.characters():
        look = make_lookalikes.look_of(char)
        assert skeleton(char) == look
        assert look == char or skeleton(look) == look
