// How far conversations have been read: the server counts what is unread, and is told what somebody here has looked at.

import * as feed from "./feed.js";
import { guard } from "./guard.js";
import { send } from "./socket.js";
import { CURSORS, changed, my, views } from "./state.js";

const EVERY = 1000; // ms, at most
let next = 0; // when it may be told
let timer = 0;

// Somebody may be looking at the newest messages of the open conversation.
export function look() {
	const talk = my.open;
	if (talk && !talk.isStale && !talk.isLoading && views.isLookedAt() && talk.unread) {
		Object.assign(talk, { unread: 0, counted: [] });
		changed();
	}
	const seen = [...my.talks.values()].find((one) => one.isDue && !one.unread && one.awaits < CURSORS && upto(one) > one.mark);
	if (seen) tell(seen);
}

// Live messages have no number until a cursor follows: what has been told up to the cursor is on the screen by then. A room is told by itself.
const upto = ({ isRoom, timeline }) => (isRoom ? timeline.newest : Math.max(timeline.newest, feed.cursor() ?? 0));

function tell(talk) {
	const number = upto(talk);
	const wait = next - performance.now();
	clearTimeout(timer);
	if (wait > 0) timer = setTimeout(() => guard(look), wait);
	else if (send("mark_read", { name: talk.key, number })) {
		next = performance.now() + EVERY;
		talk.isDue = talk.awaits > 0;
		talk.mark = number;
	}
}

export function moved(event) {
	feed.moved(event);
	for (const talk of my.talks.values()) talk.awaits = Math.max(0, talk.awaits - 1);
	look();
}

// Told to all devices of the account. What came after the server had counted was counted here.
export function readUpTo({ name, number, unread }) {
	const talk = my.talks.get(name);
	if (!talk) return;
	talk.mark = Math.max(talk.mark, number);
	talk.counted = talk.counted.filter((one) => one.number > number);
	talk.unread = Math.max(talk.unread && unread, talk.counted.length); // what has been seen here stays so
	if (talk.unread) return look();
	if (talk !== my.open) talk.firstUnread = null;
	views.read(talk);
}
