// Makes text from strangers safe to show, as duologue/core/text.py does.

const MARKS_IN_A_ROW = 8; // more paint over other lines
const PIECE = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,6}\u{e007f}|[^]/gu; // a flag, or any character
const JOINABLE = /^[\p{M}\p{L}\p{N}\p{S}]$/u;
const DIRECTION_MARK = /^[\u200e\u200f\u061c]$/;
const SEEN_FORMAT = /^[\n\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u;
const UNSEEN = /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2065\ufff0-\ufff8]$|^[\u{e0000}-\u{e0fff}]$/u;

// Characters that could hide, reorder or command become others that are seen. Line breaks stay.
export function visible(text) {
	let last = "";
	let marks = 0;
	const show = (piece) => {
		const isMark = /^\p{M}$/u.test(piece);
		if (!DIRECTION_MARK.test(piece)) marks = isMark ? marks + 1 : 0;
		if (marks > MARKS_IN_A_ROW) return "";
		return (last = isMark || (/[\u200c\u200d]/.test(piece) && JOINABLE.test(last)) ? piece : shown(piece));
	};
	return /^[\n -~]*$/.test(text) ? text : text.replace(PIECE, show);
}

function shown(piece) {
	const code = piece.codePointAt(0);
	if (piece === "\t") return "    ";
	if (piece.length > 2 || DIRECTION_MARK.test(piece) || SEEN_FORMAT.test(piece)) return piece;
	if (code < 0x20) return String.fromCharCode(0x2400 + code);
	return UNSEEN.test(piece) ? (code === 0x7f ? "\u2421" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`) : piece;
}

// "waves" of "/me waves"; null for what is simply said.
export const actionIn = (text) => (/^\/me \s*\S/.test(text) ? text.slice(4) : null);

const LINE = 8190; // bytes: docs/protocol.md, 2.1
const FRAME = 16_000; // bytes
const bytes = (text) => new TextEncoder().encode(text).length;
export const isTooLong = (text) => bytes(text) > LINE || bytes(JSON.stringify(text)) > FRAME;

// As the server takes it.
export const clean = (text) => text.replace(/\r\n?|\v/g, "\n").replaceAll("\0", "").toWellFormed();

// Names as the server spells them.
export const nameKey = (typed) => typed.normalize("NFKC").toLowerCase();
export const roomKey = (typed) => `#${nameKey(typed).replace(/^#/, "")}`;
export const isName = (key) => /^~?[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.-]{0,31}$/u.test(key) && bytes(key) < 65;
export const isRoom = (name) => name[0] === "#";

// docs/protocol.md, 11.1
export const newStream = () => crypto.getRandomValues(new BigUint64Array(1))[0].toString(36).padStart(12, "0").slice(-12);
