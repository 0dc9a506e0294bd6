// What the server knows of all conversations: the list, and what is said by and to the account on other devices.
// See docs/protocol.md, 14.

import { idOf, track } from "./marks.js";
import { send } from "./socket.js";
import { arrive, changed, idIn, latest, my, talkWith } from "./state.js";

const SAME = 40; // characters of a message tell it from another

let told = null; // a cursor, for as long as the page lives
let waited = null; // up to this number what waited for us has arrived with the list
let older = null; // asks for the next page of the list
let isListing = false;

export const cursor = () => told;

// At the beginning of each session.
export function begin() {
	send("follow", { number: told });
	list(null);
}

export function list(before) {
	isListing = send("list_conversations", { before });
	for (const talk of my.talks.values()) talk.counted = talk.counted.filter((one) => one.number); // the server has the others
}

export const listMore = () => older !== null && !isListing && list(older);

// Returns whether all that is shown is out of date: too much has come while nobody was connected.
export function following({ number, feed }) {
	const isAnew = feed === "anew";
	waited = isAnew ? number : null;
	const isGap = isAnew && told !== null;
	told = feed === "off" ? null : number;
	return isGap;
}

export function moved({ number }) {
	told = number;
}

export function kept({ conversation, nickname: who, stream, number, place, at, text }) {
	const isMine = who === my.me;
	const id = isMine ? myId(stream, number) : idIn(who, stream, number);
	arrive(talkWith(conversation), { id, number: place, at, who, text, isMine });
}

// Our message: on this device it has a name already; one from elsewhere is stored.
function myId(stream, number) {
	const id = idOf(stream, number) ?? idIn(my.me, stream, number);
	track(stream, number, id, "stored");
	return id;
}

export function listed({ name, number, at, unread, read, sender: who, preview: text }) {
	const talk = talkWith(name);
	talk.counted = cameAfter(talk, number, who, text);
	Object.assign(talk, { listed: number, mark: Math.max(talk.mark, read), unread: unread + talk.counted.length });
	talk.isDue ||= talk.unread > 0;
	latest(talk, { at, who, text });
	changed();
}

// What came here while the list was made. Live messages have no number: those after the newest one of the list.
function cameAfter({ counted }, number, who, preview) {
	const start = preview.slice(0, SAME);
	const newest = counted.findLastIndex((one) => !one.number && one.who === who && one.text.startsWith(start));
	return counted.filter((one, place) => (one.number ? one.number > number : place > newest));
}

export function listEnded({ before }) {
	older = before;
	isListing = false;
	if (waited) send("ping", { received: waited, stream: "*" });
	waited = null;
}

export const listRefused = () => listEnded({ before: null });
