// Names as the server spells them (duologue/core/names.py). The rules that browsers lack are in name_rules.js.

import { FOLDED, GUEST_MARK, INVISIBLE, MOST_BYTES, MOST_CHARACTERS, PUNCTUATION, ROOM_MARK } from "./name_rules.js";

const folded = (text) => [...text].map((char) => FOLDED.get(char) ?? char.toLowerCase()).join("");

// Folded before and after composing, as identifier caseless matching does (Unicode standard, section 3.13).
export const nameKey = (typed) => folded(folded(typed.normalize("NFD")).normalize("NFKC")).normalize("NFKC");

export const isGuest = (name) => name.startsWith(GUEST_MARK);
export const bareKey = (name) => nameKey(name.replace(GUEST_MARK, ""));

// Guests keep their capitals.
export const asTyped = (typed) => typed.normalize("NFKC");

// With or without the mark of a room.
export function roomKey(typed) {
	const isMarked = typed.slice(0, 1).normalize("NFKC") === ROOM_MARK;
	return ROOM_MARK + nameKey(isMarked ? typed.slice(1) : typed);
}

const NAME = new RegExp(`^[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}${PUNCTUATION.replace("-", "\\-")}]*$`, "u");

// Returns whether a person or room could have this name. The server itself refuses reserved words.
export function isName(key) {
	const isMarked = [ROOM_MARK, GUEST_MARK].includes(key[0]);
	const name = isMarked ? key.slice(1) : key;
	const isShort = [...name].length <= MOST_CHARACTERS && new TextEncoder().encode(name).length <= MOST_BYTES;
	return isShort && NAME.test(name) && !INVISIBLE.test(name);
}
