// Makes text from strangers safe to show, as duologue/core/text.py does.

import { ROOM_MARK } from "./name_rules.js";

const FLAG = String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,6}\u{e007f}`;
const JOINER = String.raw`[\u200c\u200d](?<=[\p{M}\p{L}\p{N}\p{S}].)`; // after something to join
const NINTH_MARK = String.raw`\p{M}(?<=(?:\p{M}[\u200e\u200f\u061c]*){9})`; // in a row
const UNSEEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2065\ufff0-\ufff8\u{e0000}-\u{e0fff}`;
const SEEN = String.raw`\p{M}\n\u200e\u200f\u061c\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}`; // visible, though among those
const SPECIAL = new RegExp(`(${FLAG}|${JOINER})|(${NINTH_MARK})|[[${UNSEEN}]--[${SEEN}]]`, "gv");

// Replaces invisible characters by visible ones. Line breaks stay.
export const visible = (text) => text.replace(SPECIAL, (piece, seen, mark) => seen ?? (mark ? "" : shown(piece)));

function shown(piece) {
	const code = piece.codePointAt(0);
	if (piece === "\t") return "    ";
	if (code < 0x20 || code === 0x7f) return String.fromCharCode(0x2400 + Math.min(code, 0x21));
	return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

// Returns "waves" for "/me waves"; null for plain speech.
export const actionIn = (text) => (/^\/me \s*\S/.test(text) ? text.slice(4) : null);

const LINE = 8190; // bytes: docs/protocol.md, 2.1
const FRAME = 16_000; // bytes
export const bytes = (text) => new TextEncoder().encode(text).length;
export const isTooLong = (text) => bytes(text) > LINE || bytes(JSON.stringify(text)) > FRAME;

// As the server accepts it.
export const clean = (text) => text.replace(/\r\n?|\v/g, "\n").replaceAll("\0", "").toWellFormed();

export const isRoom = (name = "") => name[0] === ROOM_MARK;

// For a message, and for a stream (docs/protocol.md, 11.1).
export const newName = () => crypto.getRandomValues(new BigUint64Array(1))[0].toString(36).padStart(12, "0").slice(-12);
