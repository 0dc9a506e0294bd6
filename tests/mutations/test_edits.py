"""Every defence in the lists is where they say, so that `make mutations` takes out what it names."""

from __future__ import annotations

import re

import pytest

from tests.mutations.__main__ import TOP, defences, without
from tests.mutations.defences import Defence

DEFENCES = defences()


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda defence: defence.name)
def test_a_defence_stands_where_the_list_says(defence: Defence) -> None:
    source = (TOP / defence.file).read_text(encoding="utf-8")
    assert without(defence, source) != source


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda defence: defence.name)
def test_its_test_is_there(defence: Defence) -> None:
    file, _, name = defence.test.partition("::")
    source = (TOP / file).read_text(encoding="utf-8")
    function = name.split("::")[-1].partition("[")[0]
    assert not function or re.search(rf"(def|class) {function}\b", source)


def test_a_defence_that_is_not_there_is_noticed() -> None:
    with pytest.raises(ValueError, match="stands 0 times"):
        without(Defence("gone", "file", "gone", "", "test"), "source")


def test_no_two_have_the_same_name() -> None:
    assert len({defence.name for defence in DEFENCES}) == len(DEFENCES)
