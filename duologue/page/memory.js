// What outlives the tab, for one account on this device (device.js), and what lives as long as the tab.

import { guard } from "./guard.js";
import { newName } from "./text.js";

export const kept = {
	chats: {}, // our stream → {id, partner, stream, partnerStream, stored, isOver, isLeft, lines: [{id, text, at}]}
	letters: {}, // stream → {stream, to, id, text, at, isStored}
	received: {}, // "sender stream" → the number up to which everything has arrived
	drafts: {}, // key of a conversation → text typed there but not sent
	spellings: {}, // nickname → its account's spelling, if different: the same on all devices of this browser
};
const OF_DEVICES = ["chats", "letters", "received", "drafts"];
const BEFORE_DEVICES = [...OF_DEVICES, "talks", "place", "writer"]; // kinds, of a page that was the only one of its account
const DRAFTS_AFTER = 300; // ms: a crash loses the last word at most
export const folder = new URL(".", location.href).pathname; // a proxy may have several servers, each in its own folder
const writer = newName(); // of two tabs that have the same memory after all only the newest writes
let ofAccount = "";
let prefix = "";
let timer = 0;

function attempt(act) {
	try {
		return act() ?? "";
	} catch ({ name }) {
		return name === "QuotaExceededError" ? "Too much is waiting to be sent." : "This browser stores nothing, so that was not sent.";
	}
}

const parsed = (key) => guard(() => JSON.parse(localStorage[key] ?? "{}")) ?? {};
const place = (kind) => (OF_DEVICES.includes(kind) ? prefix : ofAccount) + kind;
const accountPrefix = (account) => `duologue${folder}${account}/`;

// At each login: what is on the disk counts.
export function recall(account, device) {
	ofAccount = accountPrefix(account);
	prefix = `${ofAccount}${device}/`;
	attempt(() => {
		localStorage[`${prefix}writer`] = writer;
	});
	for (const kind in kept) kept[kind] = parsed(place(kind));
	inherit(ofAccount, BEFORE_DEVICES);
}

// What another device, of whom nobody is left, had not sent becomes this one's.
export function inheritFrom(device) {
	inherit(`${ofAccount}${device}/`, [...OF_DEVICES, "writer"]);
}

function inherit(from, kinds) {
	if (!kinds.some((kind) => from + kind in localStorage)) return;
	const [chats, letters, received, drafts] = OF_DEVICES.map((kind) => parsed(from + kind));
	for (const chat of Object.values(chats)) guard(takeChat, chat);
	Object.assign(kept.letters, letters);
	for (const key in received) kept.received[key] = Math.max(received[key], kept.received[key] ?? 0);
	for (const key in drafts) kept.drafts[key] ||= drafts[key];
	if (OF_DEVICES.some(save)) return; // it is still there
	for (const kind of kinds) delete localStorage[from + kind];
}

// A page before this one kept chats by their ids. The name of a stream begins with that of its chat.
function takeChat(chat) {
	const hasOwn = Object.values(kept.chats).some(({ isOver }) => !isOver);
	kept.chats[chat.stream] ??= { ...chat, id: chat.stream.split(".")[0], isOver: chat.isOver || hasOwn };
}

// The devices of an account that have kept something in this browser.
export function devicesOf(account) {
	const start = accountPrefix(account);
	const found = Object.keys(localStorage).filter((key) => key.startsWith(start));
	const parts = found.map((key) => key.slice(start.length).split("/"));
	return [...new Set(parts.filter(({ length }) => length === 2).map(([device]) => device))];
}

// Returns "" if it now survives a killed tab; otherwise why not, for people.
export const save = (kind) =>
	attempt(() => {
		if (localStorage[`${prefix}writer`] !== writer) return "You have logged in somewhere else, so that was not sent.";
		localStorage[place(kind)] = JSON.stringify(kept[kind]);
	});

export function keepDraft(key, text) {
	if (text) kept.drafts[key] = text;
	else delete kept.drafts[key];
	clearTimeout(timer);
	if (text) timer = setTimeout(save, DRAFTS_AFTER, "drafts");
	else save("drafts"); // or it would be back after it was sent
}

addEventListener("pagehide", () => prefix && save("drafts"));
document.addEventListener("visibilitychange", () => document.hidden && prefix && save("drafts"));

const inTab = folder === "/" ? "" : folder;

// "pass", "nickname", "rooms", "device": kept until the tab is closed.
export const tab = {
	get: (name) => sessionStorage[inTab + name],
	set: (name, value) => guard(() => (sessionStorage[inTab + name] = value)),
	forget: (...names) => names.forEach((name) => delete sessionStorage[inTab + name]),
};
