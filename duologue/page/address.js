// The address names the open conversation: #bob, or #/tea for the room #tea. So a reload, a link and the way back open it.

import { isGuest, isName, nameKey, roomKey } from "./names.js";
import { isRoom } from "./text.js";

const hashOf = (key) => (isRoom(key) ? `#/${encodeURIComponent(key.slice(1))}` : `#${encodeURIComponent(key)}`);

// Returns the key of the conversation, or null.
export function keyHere() {
	const [, slash, written] = location.hash.match(/^#(\/?)(.+)$/) ?? [];
	if (!written) return null;
	let name;
	try {
		name = decodeURIComponent(written);
	} catch {
		return null;
	}
	const key = slash ? roomKey(name) : isGuest(name) ? name : nameKey(name);
	return isName(key) ? key : null;
}

const urlOf = (key) => (key ? hashOf(key) : location.pathname + location.search);

// `isFromList`: one step back leads to the list.
export function goTo(key) {
	if (key !== keyHere()) history.pushState({ isFromList: !keyHere() }, "", urlOf(key));
}

export function leave() {
	if (history.state?.isFromList) history.back();
	else forget();
}

export const forget = () => history.replaceState(null, "", urlOf(null));
