// What the page knows at this moment. Knows no wire and no element.

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
	requests: new Map(), // nickname → until when, in ms
	asked: new Set(), // whom we wait for
	blocked: new Set(),
	rooms: [],
	found: null, // {words, items} of a search
};

export function talkWith(key) {
	if (!my.talks.has(key)) {
		my.talks.set(key, { key, isRoom: isRoom(key), timeline: new Timeline(), unread: 0, at: 0, draft: "", isStale: true, topic: "", members: new Set() });
	}
	return my.talks.get(key);
}

export const how = (nickname) => my.people.get(nickname) ?? { state: "offline", text: "" };

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
