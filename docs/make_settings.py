"""Write docs/settings.md from the settings: `make docs`."""

from __future__ import annotations

from pathlib import Path

from duologue.settings import ENVIRONMENT_PREFIX, LIMIT_OPTIONS, OPTIONS, Option

PAGE = Path(__file__).with_name("settings.md")

INTRODUCTION = f"""\
# Settings of the server

This page is made from `duologue/settings.py` and `duologue/core/limits.py` by `make docs`; a test keeps it true.

A setting is taken from the first of these that has it: its flag, its environment variable, the TOML file that
`--config FILE` names, its default. The file has flat keys, each of them a flag without its leading dashes; an unknown
key is refused:

    port = 12345
    dead-after = 45
    limits = "off"
    allow-plain = true

Passwords are never settings. The names of all variables begin with `{ENVIRONMENT_PREFIX}`.
"""

LIMITS = """\
## Limits

`--limits off` lifts the rates and counts, from `--clients-per-address` on.
The sizes and deadlines above it always hold.
"""

HEAD = "| flag | environment | TOML key | default | meaning |\n|---|---|---|---|---|\n"


def page() -> str:
    """Return the whole text of docs/settings.md."""
    general = OPTIONS[: -len(LIMIT_OPTIONS)]
    return "\n".join([INTRODUCTION, HEAD + _rows(general), LIMITS, HEAD + _rows(LIMIT_OPTIONS)])


def _rows(options: tuple[Option, ...]) -> str:
    return "".join(
        f"| `{option.flag}` | `{option.variable}` | `{option.key}` | {option.default} | {option.help} |\n"
        for option in options
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
