"""The nurseries, which load everything once for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.powercut import PowerSwitch, prefix
from tests.faults.processes import Nursery
from tests.faults.scene import Scene

Scenes = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="session")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trace") / "trace"


@pytest.fixture(scope="session")
def traced_nursery(trace: Path) -> Iterator[Nursery]:
    """What is started here is followed to the disk, so that its power can be cut."""
    with Nursery(prefix(trace)) as nursery:
        yield nursery


@pytest.fixture
def scenes(nursery: Nursery, tmp_path: Path) -> Scenes:
    return _scenes(nursery, nursery, tmp_path, None)


@pytest.fixture
def traced_scenes(nursery: Nursery, traced_nursery: Nursery, tmp_path: Path, trace: Path) -> Scenes:
    return _scenes(traced_nursery, nursery, tmp_path, PowerSwitch(trace))


def _scenes(nursery: Nursery, talkers: Nursery, folder: Path, power: PowerSwitch | None) -> Scenes:
    @asynccontextmanager
    async def scene(**how: Any) -> AsyncIterator[Scene]:
        async with Scene(folder, nursery, talkers, power=power, **how) as scene:
            yield scene

    return scene
