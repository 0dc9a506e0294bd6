"""tests/ mirrors duologue/: a module and its tests can be found from one another by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

TOP = Path(__file__).parent.parent

# A package's __init__ holds a docstring and names, no behaviour.
FACES = {"__init__.py"}
# Tests of the whole, which belong to no single module.
OF_THE_WHOLE = {
    "scenes",
    "attacks",
    "mutations",
    "faults",
    "devices",
    "behaviour",
    "terminal",
    "window",
    "page",
    "bench",
}
OF_THE_REPOSITORY = {"test_recipes.py", "test_architecture.py", "test_docs.py", "test_locks.py", "test_mirror.py"}


def python_files(folder: Path) -> list[PurePath]:
    return [PurePath(path.relative_to(folder)) for path in folder.rglob("*.py")]


def untested(modules: Iterable[PurePath], tests: Iterable[PurePath]) -> list[str]:
    wanted = {module: module.with_name(f"test_{module.name}") for module in modules if module.name not in FACES}
    return sorted(str(module) for module, test in wanted.items() if test not in set(tests))


def orphans(modules: Iterable[PurePath], tests: Iterable[PurePath]) -> list[str]:
    mirrored = [test for test in tests if test.name.startswith("test_") and is_mirrored(test)]
    return sorted(str(test) for test in mirrored if test.with_name(test.name.removeprefix("test_")) not in set(modules))


def is_mirrored(test: PurePath) -> bool:
    return test.parts[0] not in OF_THE_WHOLE | OF_THE_REPOSITORY


MODULES, TESTS = python_files(TOP / "duologue"), python_files(TOP / "tests")


def test_every_module_has_its_tests() -> None:
    assert untested(MODULES, TESTS) == []


def test_every_test_file_has_its_module() -> None:
    assert orphans(MODULES, TESTS) == []


def test_a_module_without_tests_is_caught() -> None:
    tests = [PurePath("core/test_text.py"), PurePath("test_chat.py")]
    modules = [PurePath("core/__init__.py"), PurePath("core/text.py"), PurePath("core/requests.py")]
    assert untested(modules, tests) == ["core/requests.py"]


def test_a_test_file_that_lost_its_module_is_caught() -> None:
    tests = [PurePath("core/test_text.py"), PurePath("core/test_gone.py"), PurePath("scenes/test_first_chat.py")]
    assert orphans([PurePath("core/text.py")], tests) == ["core/test_gone.py"]
