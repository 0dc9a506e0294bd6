"""A display for the widgets that are tested here."""

from __future__ import annotations

from tests.window.fixtures import display, open_desktop, pytest_runtest_protocol, root

__all__ = ["display", "open_desktop", "pytest_runtest_protocol", "root"]
