"""Duologue's client: `python client.py [HOST [PORT]]`, and `--help` for the rest."""

from __future__ import annotations

import sys

from duologue.client.cli import main

if __name__ == "__main__":
    sys.exit(main())
