// The state of the page. Knows no protocol and no elements.

import { keepDraft, kept, save } from "./memory.js";
import { asTyped, bareKey, isGuest, nameKey } from "./names.js";
import { isRoom } from "./text.js";
import { Timeline } from "./timeline.js";

export const my = {
	me: "",
	link: "off", // on, lost; taken or over: final
	own: { state: "online", text: "" },
	mayAsk: "everyone",
	people: new Map(), // nickname → {state, text}
	talks: new Map(),
	open: null,
	partner: null, // the person whom the chat is with
	lane: null, // {key, chat, isFree}: a chat that another device holds, or none of ours
	requests: new Map(), // nickname → until when
	asked: new Set(), // the people whose answer we wait for
	blocked: new Set(),
	rooms: [],
	found: null, // items
	sought: null, // {talk, id, number}: a message to show
	marked: null, // the id of a message that was sought and found
	canNotify: true, // as far as we know
	why: "", // why the server cannot be reached, in its words
};

export function talkWith(key) {
	if (!my.talks.has(key)) {
		my.talks.set(key, newTalk(key));
	}
	return my.talks.get(key);
}

// A live message has no number, and comes before it is stored: after this many cursors one covers it for certain.
export const CURSORS = 2;

// `last` is the newest message, for the list. `mark`: how far it has been read, a number of the server's; `isDue`: something
// after it is unread there. `listed` is the number up to which `unread` was counted there, `counted` are the messages counted here. It
// `awaits` cursors.
const newTalk = (key) => ({
	key,
	isRoom: isRoom(key),
	timeline: new Timeline(),
	at: 0,
	last: null,
	unread: 0,
	mark: 0,
	isDue: false,
	awaits: 0,
	listed: 0,
	counted: [],
	firstUnread: null,
	draft: "",
	isStale: true,
	members: new Set(),
});

// People see a name as its account spells it; everything else uses the key.
export const shownName = (key) => kept.spellings[key] ?? key;

export function spell({ nickname, spelling }) {
	if ((kept.spellings[nickname] ?? "") === spelling) return;
	if (spelling) kept.spellings[nickname] = spelling;
	else delete kept.spellings[nickname];
	save("spellings");
}

// Returns whom or what somebody means by a name: as the server spells it, if that is known, or else as it would.
export function personKey(typed) {
	const key = nameKey(typed);
	const isGuestMeant = isGuest(key);
	const here = [...my.people.keys()];
	if (!isGuestMeant && here.includes(key)) return key;
	const names = isGuestMeant ? [...here, ...my.talks.keys()] : here;
	return names.find((name) => isGuest(name) && bareKey(name) === bareKey(key)) ?? (isGuestMeant ? asTyped(typed) : key);
}

// For notices: "granted", "denied", "default". A browser may forbid even to ask.
export function permission() {
	try {
		return globalThis.Notification?.permission;
	} catch {
		return "denied";
	}
}

export const how = (nickname) => my.people.get(nickname) ?? { state: "offline", text: "" };

export const idIn = (who, stream, position) => `${who} ${stream} ${position}`;
export const idInRoom = (number, at) => `#${number} ${at}`; // without a history the numbers begin again

export function draft(talk, text) {
	talk.draft = text;
	keepDraft(talk.key, text);
}

export function arrive(talk, item) {
	const isNew = talk.timeline.add(item);
	changed();
	if (item.note || !isNew) return;
	latest(talk, item);
	if (!item.isMine && !(item.number <= Math.max(talk.listed, talk.mark))) count(talk, item);
}

// Puts it into the list, by its newest message.
export function latest(talk, { at, who, text }) {
	if (at < talk.at) return;
	talk.at = at;
	if (text) talk.last = { who, text };
}

// Counts it as unread, unless somebody is looking at it: then the server is told so (reading.js).
function count(talk, item) {
	talk.isDue = true;
	if (!item.number) talk.awaits = CURSORS;
	if (!isRead(talk)) {
		talk.unread += 1;
		talk.firstUnread ??= item.id;
		talk.counted.push(item);
	}
	views.arrived(talk, item);
}

const isRead = (talk) => talk === my.open && views.isLookedAt();

// Adds a line that nobody has said, but that somebody ought to see.
export function missed(talk, item) {
	arrive(talk, item);
	talk.at = Math.max(talk.at, item.at);
	if (isRead(talk)) return;
	talk.unread += 1;
	talk.firstUnread ??= item.id;
}

// The functions of the views: app.js.
export const views = {};
let isDue = false;

export function changed() {
	if (!isDue) requestAnimationFrame(paint);
	isDue = true;
}

export function paint() {
	isDue = false;
	views.paint();
}
