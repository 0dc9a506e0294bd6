// What the page knows at this moment. Knows no wire and no element.

import { kept, save } from "./memory.js";
import { isRoom } from "./text.js";
import { Timeline } from "./timeline.js";

export const my = {
	me: "",
	link: "off", // on, lost; taken or over: for good
	own: { state: "online", text: "" },
	mayAsk: "everyone",
	people: new Map(), // nickname → {state, text}
	talks: new Map(),
	open: null,
	partner: null, // whom there is a chat with
	requests: new Map(), // nickname → until when
	asked: new Set(), // whom we wait for
	blocked: new Set(),
	rooms: [],
	found: null, // items
};

export function talkWith(key) {
	if (!my.talks.has(key)) {
		my.talks.set(key, { key, isRoom: isRoom(key), timeline: new Timeline(), unread: 0, at: 0, draft: "", isStale: true, members: new Set() });
	}
	return my.talks.get(key);
}

export const how = (nickname) => my.people.get(nickname) ?? { state: "offline", text: "" };

export const idIn = (who, stream, position) => `${who} ${stream} ${position}`;
export const idInRoom = (number, at) => `#${number} ${at}`; // without a history numbers begin again

export function see(talk) {
	talk.unread = 0;
	remember(talk);
}

export function remember({ key, at, unread, timeline }) {
	if (!at) return;
	kept.talks[key] = { at, unread, seen: timeline.newest };
	save("talks");
}

export function arrive(talk, item) {
	const isNew = talk.timeline.add(item);
	changed();
	if (item.note || (talk.isRoom && !isNew)) return; // counted when recalled
	talk.at = Math.max(talk.at, item.at);
	if (!item.isMine) count(talk, item);
	remember(talk);
}

// It is unread, unless somebody looks at it.
export function count(talk, item) {
	if (talk !== my.open || !views.isLookedAt()) {
		talk.unread += 1;
		talk.firstUnread ??= item.id;
	}
	views.arrived(talk, item);
}

// What the views do: app.js.
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
