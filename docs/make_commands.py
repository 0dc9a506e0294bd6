"""Writes docs/commands.md from the client's table of commands: `python docs/make_commands.py`."""

from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from duologue.client.input.commands import TypedCommand  # noqa: E402
from duologue.client.input.help import GROUPS, OVERVIEW, Group, entries_of  # noqa: E402

HEAD = """\
# What can be typed

Made by `make_commands.py` from the table that runs the commands (`duologue/client/input/commands.py`); `/help` lists
the groups, `/help rooms` explains one of them, and `/help /join` one command.
"""

RULES = """
## Yes, no, exit

- Outside a chat, bare `yes` or `no` answers the request that waits; when several wait, the client asks which
  one is meant, and `/accept NICK` or `/decline NICK` says it. Bare `exit` leaves the app while a request
  waits.
- In a chat all three are messages, unless the client has just asked whether to send many lines.
- Text outside a chat goes to the current room, `yes`, `no` and `exit` too while no request waits. In no chat and no
  room it is sent to nobody, and the client says so. An unknown `/word` is never sent.

## Rooms

- `/join tea` comes into the room `#tea`, or makes it; a password that follows is the room's from then on. One can be
  in several rooms. The current one stands in the prompt, `alice → #tea>`, and what is typed goes there. `/join` of a
  room that one is in makes it the current one; nothing else does, but after `/part` that is the one before it.
- What is said in any of them is shown with its room: `#tea bob: hi`. `/msg #ops on my way` says something in another
  room and changes nothing.
- While a chat is on, what is typed goes to the partner, and the rooms go on. When the partner has left, the first
  text after that is sent to nobody: it was perhaps not meant for all. So it is with the first text after a `/join`
  that was refused.
- In `/names` and `/topic`, as in `/msg`, `/history` and `/export`, a first word is a room only with its `#`. A topic of
  which the first word is the name of a room that one is in is not sent before it is clear: `/topic #tea` asks,
  `/topic #lobby tea time` says what `#lobby` is about. In a chat the room has to be named.
- After a lost connection the client comes back into its rooms, with their passwords, which it keeps nowhere but in its
  memory. What was said there meanwhile is shown once, at most the newest 100 messages of each room.
- `/history #tea`, `/export #tea` and `/search` work for the rooms that one is in.
- A nickname that begins with `~` is that of a guest without an account. It may be typed without the `~`.

## People

- `/who` lists who is here: `alice, bob (away), carol (in a chat)`. `/whois bob` says more, also of somebody who is
  not here.
- `/away back at two` says that you are away. Whoever asks you for a chat or writes to you reads `back at two`, once.
  `/dnd` takes no requests for a chat at all; messages and rooms go on. `/back` ends both, and so does leaving the
  app; a lost connection does not.
- `/watch on` shows who comes, goes, or is away now, as it happens.
- `/me waves` shows `* alice waves` to your partner, or in the room, and `/msg bob /me waves` to bob. `//me waves` is
  the same.
- `/reply TEXT` writes to whoever has sent you the last message by `/msg`. When somebody else has just done so, it
  says who, and sends nothing.

## People whom you do not want to hear

- `/block bob` lets nothing of bob reach you: no requests, no messages, nothing in rooms. He cannot tell it from no
  answer. A chat with him ends as by `/quit`. `/unblock bob` ends that, `/blocked` lists whom you have blocked.
- `/allow known` lets only those ask you for a chat with whom you have had one, or to whom you have written, and
  `/allow nobody` nobody. Others wait for an answer that does not come. `/allow` alone shows how it is.
- Both are kept with your account. A server that keeps no history (`--history off`) forgets them when it stops.

## Messages to somebody who is away

- `/msg bob see you at noon` leaves a message for bob, in a chat or outside one. Whoever is here gets it at once; for
  others the server keeps it, shows it at their next login with the time when it was sent, and the client says
  `Kept for bob, who is away.` It may have line breaks, and 8 KiB.
- When bob has it, now or days later, its sender reads `bob has your message: “see you at noon”`.
- What was said in a chat and had not arrived when it ended goes the same way.

## When a connection is lost

A chat does not end by that. Who loses the connection has a minute to come back; the client connects again by itself,
and the chat goes on with nothing missing and nothing twice. What is typed meanwhile is kept and sent then. After that
minute the chat is over, and what had not arrived waits in the mailbox of the other.

What the server has not stored yet is written to a file before it is sent, so that a message on which Enter was
pressed is not lost when the client is killed: it goes out when the client runs again. The file lies in the user's
data folder, one for each server and account, and only its owner can read it. `--memory FILE` chooses another place,
`--no-memory` does without.

For about 15 s it is tried again two or three times a second, so after a restart of the server everybody is back at
once; later the tries become rarer, up to half a minute apart. Enter on an empty line tries at once.

## What was said before

Where the server keeps messages (`--history on`), the two of a chat can read them again, and nobody else can.

- `/history` alone shows the last 20 messages with the partner, oldest first, with a line for each day.
  `/history bob 100` shows 100 (at most 5,000), `/history yesterday` what has come since yesterday's midnight.
  SINCE is `today`, `yesterday`, a weekday (the last one of that name, today included), a date such as
  `2026-11-20`, or `30m`, `2h`, `3d` back from now. A single word that can be a number or a time is one.
- `/search coffee monday` shows messages from all chats that have both words, newest last, at most 50.
  Of Korean, Chinese, Japanese, Thai, Lao, Khmer and Burmese words a part is enough.
- `/export` writes all messages with the partner to `chat-with-bob.txt` in the current folder, those of a room to
  `room-tea.txt`. A name that ends
  in `.json` gives a list of objects with `number`, `at` (ISO 8601), `from`, `to` and `text`. An existing file is
  never overwritten; the new one appears when it is whole, and only its owner can read it. The chat goes on
  meanwhile.
- `/clear` empties the screen, nothing else.

## Marks

While nothing is typed in a chat, the prompt says what has become of your newest message: `not sent yet` (the
connection is lost), `sent`, `stored` (the server answers for it) or `delivered` (the partner's client has it). It goes
when the partner answers.

## Keys

| key | does |
|---|---|
| Enter | sends; on an empty line, while the connection is lost, tries to connect at once |
| Alt+Enter | starts a new line in the same message; so does a line break in a paste |
| Up, Down | what was typed before; it is kept in memory only |
| Tab | completes commands, nicknames and rooms |
| Ctrl+C | clears the line; twice on an empty line, leaves the app |
| Ctrl+D | on an empty line, leaves the app |

Keys move over and delete whole characters, as people count them: a family, a flag, a letter with its marks. What
follows `/join ROOM` is shown as `*`, and Up does not bring it back. After a wrong password the client asks for it
again; an empty line goes back to the nickname.

## Without a terminal

`client.py --plain` reads lines and writes lines: no prompt, no colours, and times only before what was said
earlier. After the login it says `Logged in as alice.` It is what runs when the input or the output is not a
terminal, or `TERM` is `dumb`. Further lines of one message are moved in by four blanks, so nothing in a message can be
taken for a line of the client.

From a pipe, without `--nickname`, the first line is the nickname; where the account has a password, the next one is
the password. After `/chat`, `yes`, `/accept`, `/quit`, `/who`, `/requests`, `/history`, `/search`, `/export` and the
commands about rooms and people the client reads on when the answer is there, and after `/msg` when it is known what
becomes of it, but within 5 s. Before `/quit` and at the end of the input it waits until the server has stored all that
was said. When for 30 s not one more message has been stored, it says on the standard error how many are not confirmed,
for whom they were, and whether they are kept; the exit code is 1 then. While the connection is lost it reads nothing.
So this works:

    printf '/chat bob\\nhello\\n/quit\\n' | python client.py --nickname alice

## Exit codes

| code | means |
|---|---|
| 0 | left as wanted |
| 1 | could not connect or log in, the session ended for good, or a message from a pipe was not confirmed |
| 2 | wrong arguments |
| 130 | Ctrl+C at a question |
| 128 + n | ended by signal n |
"""


def document() -> str:
    return HEAD + "".join(map(_section, GROUPS)) + f"\n{OVERVIEW}\n" + RULES


def _section(group: Group) -> str:
    rows = "".join(map(_row, entries_of(group)))
    notes = "\n" + "".join(f"{note}\n" for note in group.notes) if group.notes else ""
    return f"\n### {group.name.capitalize()}\n\n| typed | does |\n|---|---|\n{rows}{notes}"


def _row(entry: TypedCommand) -> str:
    words = " or ".join(f"`{word}`" for word in entry.words)
    takes = f" `{entry.takes}`".replace("|", r"\|") if entry.takes else ""
    return f"| {words}{takes} | {entry.help} |\n"


if __name__ == "__main__":
    (TOP / "docs" / "commands.md").write_text(document())
