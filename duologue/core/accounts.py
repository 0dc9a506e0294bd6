"""Who a user is: what a nickname may be, which names look alike, and the account behind a name.

Knows nothing of files, tables or how passwords are checked.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache

from duologue.core.errors import PeerError
from duologue.core.text import is_invisible, visible

# A name stands before every line that its owner says; longer ones leave no room for the line.
NICKNAME_LENGTH = 32
# IRC clients and fixed columns count bytes; 64 leaves 32 letters to scripts of two bytes and 21 to those of three.
NICKNAME_BYTES = 64
# Canonical decomposition makes at most four characters of one (UAX #15), so nothing longer can come out short enough.
_LONGEST_SPELLING = 4 * NICKNAME_LENGTH

PUNCTUATION = "_-."
RULE = (
    f"a nickname has 1 to {NICKNAME_LENGTH} letters, digits or any of {' '.join(PUNCTUATION)}"
    " and begins with a letter or digit"
)

# Words that programs read as signals or commands, and names that would pass for the server or for everyone.
RESERVED = frozenset(
    {
        "login_socket", "chat_socket", "check_socket", "auth_success", "auth_denied", "want_chat_with_you",
        "start_chat", "chat_ended", "chat_requested", "chat_request_ended", "chat_paused", "chat_resumed",
        "chat_waits", "chat_unknown", "stream_begins", "message_from", "kept_for", "not_kept", "text_part",
        "disconnected", "online", "online_part", "requests", "requests_part", "recalled", "recall_ended",
        "error", "ping", "pong", "password",
        "nickname", "users", "server", "duologue", "yes", "no", "me", "lobby", "everyone", "guest",
    }
)  # fmt: skip
# The front doors without accounts name their visitors Guest-<port>.
GUEST = "guest"


class BadNickname(PeerError):
    """The text cannot be anybody's nickname; `.text` says why and what is allowed."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_nickname", reason)


@dataclass(frozen=True, slots=True)
class Account:
    """A registered user.

    `nickname` is the canonical spelling, the key itself. `password_hash` is None where the nickname alone logs in.
    `created` is an ISO date, or empty where nobody wrote it down.
    """

    nickname: str
    password_hash: str | None = field(default=None, repr=False)
    created: str = ""
    disabled: bool = False


def nickname_key(text: str) -> str:
    """The canonical spelling of a nickname: what two spellings of one name have in common.

    Raises BadNickname for what nobody may be called.
    """
    key = "" if len(text) > _LONGEST_SPELLING else _folded(text)
    if not key:
        raise BadNickname(f"That nickname is {'too long' if text else 'empty'}: {RULE}.")
    _check_characters(key)
    _check_length(key)
    _check_reserved(key)
    return key


def skeleton(key: str) -> str:
    """What a key looks like: two keys with the same skeleton cannot be told apart by eye (UTS #39, section 4).

    The classes are those of the Unicode consortium: user1 and userl, b0b and bob, modern and modem. Keys are shown
    in lower case, so i and l stay apart.
    """
    return _decomposed("".join(map(_representative, _decomposed(key))))


def _folded(text: str) -> str:
    # Folding before and after composing, as identifier caseless matching does (Unicode standard, section 3.13).
    folded = unicodedata.normalize("NFKC", _decomposed(text).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())


def _check_characters(key: str) -> None:
    for char in key:
        if not (_is_word_character(char) or char in PUNCTUATION):
            raise BadNickname(f"{_named(char)} cannot be part of a nickname: {RULE}.")
    if unicodedata.category(key[0])[0] not in "LN":
        raise BadNickname(f"A nickname cannot begin with '{key[0]}': {RULE}.")
    if visible(key) != key:
        raise BadNickname(f"That nickname stacks too many marks on one letter: {RULE}.")


def _is_word_character(char: str) -> bool:
    category = unicodedata.category(char)
    return (category[0] in "LM" or category == "Nd") and not is_invisible(char)


def _named(char: str) -> str:
    return f"'{char}'" if char.isprintable() and not is_invisible(char) else f"U+{ord(char):04X}"


def _check_length(key: str) -> None:
    if len(key) > NICKNAME_LENGTH:
        raise BadNickname(f"That nickname is too long ({len(key)} characters): {RULE}.")
    if len(key.encode()) > NICKNAME_BYTES:
        raise BadNickname(f"That nickname is too long: it may take {NICKNAME_BYTES} bytes of UTF-8, and takes more.")


def _check_reserved(key: str) -> None:
    looks = skeleton(key)
    if looks in _reserved_skeletons() or looks.startswith(GUEST):
        raise BadNickname(f"'{key}' is, or looks like, a word that Duologue keeps for itself; choose another nickname.")


@cache
def _reserved_skeletons() -> frozenset[str]:
    return frozenset(map(skeleton, RESERVED))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@lru_cache(maxsize=4096)  # bounded: a stranger chooses what goes in
def _representative(char: str) -> str:
    """The one spelling that stands for all characters which look like `char`; it may be longer (m is rn)."""
    looks = _decomposed(_prototypes().get(char, char).casefold())
    return char if looks == char else "".join(map(_representative, looks))


@cache
def _prototypes() -> dict[str, str]:
    """Character to look-alike. Loaded at the first use: 60 ms that a program without accounts need not spend."""
    from confusable_homoglyphs.confusables import confusables_data

    # The data writes right-to-left characters between two left-to-right marks.
    alike = {
        word.replace("\u200e", ""): [other["c"].replace("\u200e", "") for other in others]
        for word, others in confusables_data.items()
    }
    return {word: others[0] for word, others in alike.items() if len(word) == 1 and _is_pointer(word, others, alike)}


def _is_pointer(word: str, others: list[str], alike: dict[str, list[str]]) -> bool:
    """Whether `word` points to the one that stands for its class, rather than being that one.

    The data lists both directions. Who has several look-alikes stands for them all; in a pair the longer does,
    and of two characters the earlier.
    """
    if len(others) > 1:
        return False
    other = others[0]
    return len(alike[other]) > 1 or len(other) > 1 or other < word
