// Saves a conversation as a file, formatted as in the terminal.

import { shownName } from "./state.js";
import { actionIn, isRoom, visible } from "./text.js";
import { el } from "./ui.js";
import { clock, day } from "./words.js";

function line({ at, who, to, text }, place, items) {
	const date = place && day(at) === day(items[place - 1].at) ? "" : `— ${day(at)} —\n`;
	const action = actionIn(text);
	const shown = shownName(who);
	const name = isRoom(to) ? `${to} ${shown}` : shown;
	const said = action ? `* ${name} ${action}` : `${name}: ${text}`;
	return `${date}${clock(at)} ${visible(said).replaceAll("\n", "\n    ")}\n`;
}

const record = ({ number, at, who: from, to, text }) => ({ number, at: new Date(at * 1000), from, to, text });

const FORMATS = {
	txt: (items) => items.map(line).join(""),
	json: (items) => JSON.stringify(items.map(record), null, 1),
};

export function save(key, kind, items) {
	const href = URL.createObjectURL(new Blob([FORMATS[kind](items)]));
	el("a", { href, download: `${isRoom(key) ? "room" : "chat-with"}-${shownName(key).replace("#", "")}.${kind}` }).click();
	setTimeout(URL.revokeObjectURL, 60_000, href); // some browsers fetch it late
}
