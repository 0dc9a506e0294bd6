// Data that outlives the tab, for one account, and data that lives as long as the tab. Only the newest tab of an account writes.

import { guard } from "./guard.js";

export const kept = {
	chats: {}, // id → {id, partner, stream, partnerStream, stored, isOver, lines: [{id, text, at}]}
	letters: {}, // stream → {stream, to, id, text, at, isStored}
	received: {}, // "sender stream" → the number up to which everything has arrived
	talks: {}, // key of a conversation → {at, unread, seen}
	drafts: {}, // key of a conversation → text typed there but not sent
	spellings: {}, // nickname → its account's spelling, if different
	place: {}, // {open: key of the conversation on the screen}
};
const DRAFTS_AFTER = 300; // ms: a crash loses the last word at most
const folder = new URL(".", location.href).pathname; // a proxy may have several servers, each in its own folder
const writer = String(Math.random());
let prefix = "";
let timer = 0;

function attempt(act) {
	try {
		return act() ?? "";
	} catch ({ name }) {
		return name === "QuotaExceededError" ? "Too much is waiting to be sent." : "This browser stores nothing, so that was not sent.";
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

// Returns "" if it now survives a killed tab; otherwise why not, for people.
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
	else save("drafts"); // or it would be back after it was sent
}

export function keepPlace(open) {
	kept.place = { open };
	save("place");
}

addEventListener("pagehide", () => prefix && save("drafts"));
document.addEventListener("visibilitychange", () => document.hidden && prefix && save("drafts"));

const inTab = folder === "/" ? "" : folder;

// "pass", "nickname", "rooms": kept until the tab is closed.
export const tab = {
	get: (name) => sessionStorage[inTab + name],
	set: (name, value) => guard(() => (sessionStorage[inTab + name] = value)),
	forget: (...names) => names.forEach((name) => delete sessionStorage[inTab + name]),
};
