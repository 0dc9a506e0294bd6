"""Names: what a nickname may be, which names look alike, and the account or guest behind a name.

Knows nothing of files, tables or how passwords are checked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from duologue.core.errors import PeerError
from duologue.core.lookalikes import LOOKALIKES
from duologue.core.text import is_invisible, visible

# A name stands before every line that its owner says; longer ones leave no room for the line.
NICKNAME_LENGTH = 32
# IRC clients and fixed columns count bytes; 64 leaves 32 letters to scripts of two bytes and 21 to those of three.
NICKNAME_BYTES = 64
# Canonical decomposition makes at most four characters of one (UAX #15), so nothing longer can come out short enough.
_LONGEST_SPELLING = 4 * NICKNAME_LENGTH

PUNCTUATION = "_-."
_RULE = (
    f"has 1 to {NICKNAME_LENGTH} letters, digits or any of {' '.join(PUNCTUATION)} and begins with a letter or digit"
)

# Words that programs read as signals or commands, and names that would pass for the server or for everyone.
RESERVED = frozenset(
    {
        "login_socket", "chat_socket", "check_socket", "auth_success", "auth_denied", "want_chat_with_you",
        "start_chat", "chat_ended", "chat_requested", "chat_request_ended", "chat_paused", "chat_resumed",
        "chat_waits", "chat_held", "chat_free", "chat_elsewhere", "chat_unknown", "stream_begins", "message_from",
        "kept_for", "not_kept", "text_part", "disconnected", "online", "online_part",
        "requests", "requests_part", "requests_ended",
        "recalled", "recall_ended",
        "following", "kept", "cursor", "conversation", "conversations_ended", "read_upto",
        "room_entered", "room_exited", "room_joined", "room_left", "room_said", "room_missed", "room_topic",
        "room_members", "room_members_part", "room_listed", "rooms_listed", "presence", "you_are", "whois",
        "people", "people_part", "blocked", "unblocked", "blocked_list", "blocked_list_part", "may_ask",
        "name_spelled",
        "error", "ping", "pong", "password", "nickname", "users", "server", "duologue", "yes", "no", "me",
        "lobby", "everyone", "guest",
    }
)  # fmt: skip
# The front doors without accounts name their visitors Guest-<port>.
GUEST = "guest"
GUEST_MARK = "~"
"""Put before a guest's name wherever it is kept or shown. No nickname has it, so no guest passes for an account."""


class BadNickname(PeerError):
    """Raised for text that cannot be anybody's nickname; `.text` says why, and what is allowed."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_nickname", reason)


@dataclass(frozen=True, slots=True)
class Account:
    """A registered user.

    `nickname` is the canonical spelling, which is also the key; `spelling` is the one to show, empty where that is the
    same: νίκος, whose key is νίκοσ. `password_hash` is None where the nickname alone logs in. `created` is an ISO time
    in UTC or a date, or empty where it was not recorded.
    """

    nickname: str
    password_hash: str | None = field(default=None, repr=False)
    created: str = ""
    disabled: bool = False
    spelling: str = ""

    @property
    def shown(self) -> str:
        return self.spelling or self.nickname


def spelling_of(text: str, key: str) -> str:
    """Return how the account of this key, whose nickname was typed as `text`, is to be spelled; empty where that is the
    key.
    """
    name = unicodedata.normalize("NFKC", text)
    is_as_good = name != key and _fault_in_characters(name, "nickname") is None and _fault_in_length(name, "") is None
    return name if is_as_good else ""


def nickname_key(text: str) -> str:
    """Return the canonical spelling of a nickname: what two spellings of one name have in common.

    Raises BadNickname for text that cannot be a nickname.
    """
    key = name_key(text, "nickname", BadNickname)
    _check_reserved(key)
    return key


def name_key(text: str, noun: str, refusal: Callable[[str], PeerError]) -> str:
    """Do the same for a name of any kind, without reserved words. `refusal` makes an error of the sentence that says
    why it is no `noun`.
    """
    key = "" if len(text) > _LONGEST_SPELLING else _folded(text)
    if not key:
        raise refusal(f"That {noun} is {'too long' if text else 'empty'}: a {noun} {_RULE}.")
    _check_name(key, noun, refusal)
    return key


def guest_name(text: str) -> str:
    """Return the nickname of a guest: the mark, and the name with the capitals that it was typed with.

    Raises BadNickname for text that can be the name of neither an account nor a guest.
    """
    nickname_key(text)
    name = unicodedata.normalize("NFKC", text)
    _check_name(name, "nickname", BadNickname)  # folding can turn a long name into a shorter one
    _check_reserved(name)
    return GUEST_MARK + name


def is_guest(nickname: str) -> bool:
    return nickname.startswith(GUEST_MARK)


def bare(nickname: str) -> str:
    """Return a nickname as front doors that have only guests show it."""
    return nickname.removeprefix(GUEST_MARK)


def looks_of(nickname: str) -> frozenset[str]:
    """Return what a nickname can be mistaken for: two that share any of it must not be here together.

    A guest's name keeps its capitals, and so looks different: aIice is alice where it is shown, and aiice where it is
    typed.
    """
    name = bare(nickname)
    return frozenset(map(skeleton, {name, name.casefold()}))


def skeleton(key: str) -> str:
    """Return what a key looks like: two keys with the same skeleton cannot be told apart by eye (UTS #39, section 4).

    The classes are those of the Unicode consortium: user1 and userl, b0b and bob, modern and modem. Keys are shown
    in lower case, so i and l stay apart.
    """
    return _decomposed("".join(map(_representative, _decomposed(key))))


def _folded(text: str) -> str:
    # Folding before and after composing, as identifier caseless matching does (Unicode standard, section 3.13).
    folded = unicodedata.normalize("NFKC", _decomposed(text).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())


def _check_name(name: str, noun: str, refusal: Callable[[str], PeerError]) -> None:
    fault = _fault_in_characters(name, noun) or _fault_in_length(name, noun)
    if fault:
        raise refusal(fault)


def _fault_in_characters(name: str, noun: str) -> str | None:
    for char in name:
        if not can_be_in_name(char):
            return f"{_named(char)} cannot be part of a {noun}: a {noun} {_RULE}."
    if unicodedata.category(name[0])[0] not in "LN":
        return f"A {noun} cannot begin with '{name[0]}': a {noun} {_RULE}."
    if visible(name) != name:
        return f"That {noun} stacks too many marks on one letter: a {noun} {_RULE}."
    return None


@lru_cache(maxsize=4096)  # bounded: a stranger chooses what goes in
def can_be_in_name(char: str) -> bool:
    """Return whether a name of any kind may have this character, though perhaps not as its first."""
    category = unicodedata.category(char)
    return char in PUNCTUATION or ((category[0] in "LM" or category == "Nd") and not is_invisible(char))


def _named(char: str) -> str:
    return f"'{char}'" if char.isprintable() and not is_invisible(char) else f"U+{ord(char):04X}"


def _fault_in_length(name: str, noun: str) -> str | None:
    if len(name) > NICKNAME_LENGTH:
        return f"That {noun} is too long ({len(name)} characters): a {noun} {_RULE}."
    if len(name.encode()) > NICKNAME_BYTES:
        return f"That {noun} is too long: it may take {NICKNAME_BYTES} bytes of UTF-8, and takes more."
    return None


def _check_reserved(name: str) -> None:
    if any(look in _reserved_skeletons() or look.startswith(GUEST) for look in looks_of(name)):
        raise BadNickname(
            f"'{name}' is, or looks like, a word that Duologue keeps for itself; choose another nickname."
        )


@cache
def _reserved_skeletons() -> frozenset[str]:
    return frozenset(map(skeleton, RESERVED))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@lru_cache(maxsize=4096)  # bounded: a stranger chooses what goes in
def _representative(char: str) -> str:
    """Return the one spelling that stands for all characters which look like `char`; it may be longer (m is rn)."""
    looks = _decomposed(_lookalikes().get(char, char).casefold())
    return char if looks == char else "".join(map(_representative, looks))


@cache
def _lookalikes() -> dict[str, str]:
    """Return the look of each character that has one of another. Made at first use: most programs know no accounts."""
    return {char: look for word in LOOKALIKES.split() for look, _, chars in [word.partition("=")] for char in chars}
