#!/usr/bin/env python3
"""Run the Duologue server, or one of the operator's commands: `python server.py --help` lists them."""

import sys

from duologue.server.cli import main

if __name__ == "__main__":
    sys.exit(main())
