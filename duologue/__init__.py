"""Duologue: a self-hosted server for direct chat between two people, and its clients."""

from __future__ import annotations

__version__ = "0.1.0"
