// What outlives the tab, of one account; and what lives as long as the tab. Only the newest tab of an account writes.

import { guard } from "./guard.js";

export const kept = {
	chats: {}, // id → {id, partner, stream, partnerStream, stored, isOver, lines: [{id, text, at}]}
	letters: {}, // stream → {stream, to, id, text, at, isStored}
	received: {}, // "sender stream" → up to where all has arrived
	talks: {}, // key of a conversation → {at, unread, seen}
	drafts: {}, // key of a conversation → what is typed there and not sent
	spellings: {}, // nickname → how its account spells it, where that is something else
	place: {}, // {open: key of the conversation on the screen}
};
const DRAFTS_AFTER = 300; // ms: a crash costs no more than the last word
const folder = new URL(".", location.href).pathname; // a proxy may have several servers, each in a folder of its own
const writer = String(Math.random());
let prefix = "";
let timer = 0;

function attempt(act) {
	try {
		return act() ?? "";
	} catch ({ name }) {
		return name === "QuotaExceededError" ? "Too much waits to be sent." : "This browser keeps nothing: not sent.";
	}
}

// At each login: what another tab has written meanwhile counts. True where another may have.
export function recall(account) {
	prefix = `duologue${folder}${account}/`;
	const isNews = localStorage[`${prefix}writer`] !== writer;
	attempt(() => {
		localStorage[`${prefix}writer`] = writer;
	});
	for (const kind in kept) guard(() => (kept[kind] = JSON.parse(localStorage[prefix + kind] ?? "{}")));
	return isNews;
}

// "" where it survives a killed tab; else why not, for people.
export const save = (kind) =>
	attempt(() => {
		if (localStorage[`${prefix}writer`] !== writer) return "You have logged in somewhere else, so that was not sent.";
		localStorage[prefix + kind] = JSON.stringify(kept[kind]);
	});

export function keepDraft(key, text) {
	if (text) kept.drafts[key] = text;
	else delete kept.drafts[key];
	clearTimeout(timer);
	if (text) timer = setTimeout(save, DRAFTS_AFTER, "drafts");
	else save("drafts"); // or it would stand there again after it was sent
}

export function keepPlace(open) {
	kept.place = { open };
	save("place");
}

addEventListener("pagehide", () => prefix && save("drafts"));
document.addEventListener("visibilitychange", () => document.hidden && prefix && save("drafts"));

const inTab = folder === "/" ? "" : folder;

// "pass", "nickname", "rooms": until the tab is closed.
export const tab = {
	get: (name) => sessionStorage[inTab + name],
	set: (name, value) => guard(() => (sessionStorage[inTab + name] = value)),
	forget: (...names) => names.forEach((name) => delete sessionStorage[inTab + name]),
};
