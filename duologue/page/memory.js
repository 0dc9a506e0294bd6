// What outlives the tab, of one account. Only the newest tab writes.

export const kept = {
	chats: {}, // id → {id, partner, stream, partnerStream, stored, isOver, lines: [{id, text, at}]}
	letters: {}, // stream → {stream, to, id, text, at, isStored}
	received: {}, // "sender stream" → up to where all has arrived
	talks: {}, // key of a conversation → {at, unread, seen}
};
const writer = String(Math.random());
let prefix;

function attempt(act) {
	try {
		return act() ?? "";
	} catch ({ name }) {
		return name === "QuotaExceededError" ? "Too much waits to be sent." : "This browser keeps nothing: not sent.";
	}
}

// At each login: what another tab has written meanwhile counts.
export function recall(account) {
	prefix = `duologue/${account}/`;
	attempt(() => {
		localStorage[`${prefix}writer`] = writer;
		for (const kind in kept) kept[kind] = JSON.parse(localStorage[prefix + kind] ?? "{}");
	});
}

// "" where it survives a killed tab; else why not, for people.
export const save = (kind) =>
	attempt(() => {
		if (localStorage[`${prefix}writer`] !== writer) return "You have logged in somewhere else, so that was not sent.";
		localStorage[prefix + kind] = JSON.stringify(kept[kind]);
	});
