// The marks of our messages: how far each has come. Knows no page.

import { changed } from "./state.js";

const STATES = ["unsent", "sent", "stored", "delivered", "refused"];
const tracked = {}; // stream → number → id of our message
const states = new Map(); // id → place in STATES

export const idOf = (stream, number) => tracked[stream]?.[number];
export const idsIn = (stream) => Object.entries(tracked[stream] ?? {});
export const markOf = (id) => STATES[states.get(id)];

export function track(stream, number, id, state) {
	(tracked[stream] ??= {})[number] = id;
	set(id, state);
}

export function set(id, state) {
	const rank = STATES.indexOf(state);
	if (rank && rank <= (states.get(id) ?? -1)) return;
	states.set(id, rank);
	changed();
}

export function mark({ stored, delivered, stream }) {
	for (const [number, id] of idsIn(stream)) {
		if (number <= stored) set(id, "stored");
		if (number <= delivered) set(id, "delivered"); // perhaps before it is on the disk
	}
}

export function refuse(stream, from) {
	for (const [number, id] of idsIn(stream)) if (number >= from) set(id, "refused");
}

// What was sent and is not stored is sent again.
export function unsend() {
	for (const [id, rank] of states) if (rank === 1) set(id, "unsent");
}

// The messages of this stream go in others.
export const untrack = (stream) => delete tracked[stream];
