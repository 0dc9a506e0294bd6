// What has been said to us: each message is shown once, kept, and acknowledged. See docs/protocol.md, 7. Knows no page.

import { kept, save } from "./memory.js";
import { ReportPace, isMuch } from "./reports.js";
import { send } from "./socket.js";
import { my } from "./state.js";
import { bytes } from "./text.js";

const MOST_STREAMS = 500; // remembered
const MESSAGES = new Set(["said", "message_from", "kept"]); // events that are acknowledged

const news = new Map(); // "sender stream" → the number up to which it is to be acknowledged
let messages = 0; // received since the last acknowledgement, and their bytes
let size = 0;
let isAgain = false; // one of them has come again
let isKept = true; // all of them are on the disk
const pace = new ReportPace(Math.random());
let timer = 0; // of the next acknowledgement, and when that is due
let due = Infinity;
const broken = new Set(); // "sender stream" with something that could not be taken in: that is not acknowledged, nor what follows
let live = null; // {partner, stream} of the chat of this session
let safe = 0; // the last of its numbers that is kept here

const time = () => performance.now() / 1000;

export const heard = (sender, stream) => kept.received[`${sender} ${stream}`] ?? 0;

export const begin = () => broken.clear();

// From now on the partner in our chat is heard in this stream; null: nobody is.
export function listen(partner, stream) {
	live = partner && { partner, stream };
	safe = partner && heard(partner, stream);
}

export const beat = () => send("ping", live ? { received: safe, stream: live.stream } : { received: 0 });

// Returns false for a message that we have had; it is acknowledged again, at once.
export function isNew({ nickname, stream, number }) {
	if (nickname === my.me) return true;
	const had = heard(nickname, stream);
	if (number > had) return true;
	news.set(`${nickname} ${stream}`, had);
	isAgain = true;
	return false;
}

// The event is where it will be shown: from now on it counts as received.
export function took({ type, nickname, stream, number, text }) {
	const key = `${nickname} ${stream}`;
	if (!MESSAGES.has(type) || nickname === my.me || broken.has(key)) return;
	news.set(key, number);
	messages += 1;
	size += bytes(text);
	isKept = false;
	delete kept.received[key]; // oldest first
	kept.received[key] = number;
	const isOver = (old) => Object.values(kept.chats).every((chat) => old !== `${chat.partner} ${chat.partnerStream}`);
	const keys = Object.keys(kept.received);
	if (keys.length > MOST_STREAMS) delete kept.received[keys.find(isOver)];
}

export const fail = ({ nickname, stream }) => broken.add(`${nickname} ${stream}`);

// Keeps the news, and acknowledges it when that is due. Timers of a hidden tab may be a minute late.
export function acknowledge() {
	if (!news.size || !keep()) return;
	const now = time();
	const at = isAgain || document.hidden ? now : pace.due(now, isMuch(messages, size));
	if (at <= now) sendNews();
	else if (at < due) {
		clearTimeout(timer);
		due = at;
		timer = setTimeout(sendNews, (at - now) * 1000);
	}
}

// Returns whether all that has been received is on the disk.
function keep() {
	isKept ||= !save("received");
	if (isKept && live) safe = heard(live.partner, live.stream);
	return isKept;
}

// Acknowledges now what has not been yet.
export function sendNews() {
	clearTimeout(timer);
	due = Infinity;
	if (!news.size || !keep()) return;
	for (const [key, received] of news) send("ping", { received, stream: key.split(" ")[1] });
	drop();
	pace.reported(time());
}

// What was lost with the connection comes again, or counts from what is kept.
export function drop() {
	clearTimeout(timer);
	due = Infinity;
	news.clear();
	messages = size = 0;
	isAgain = false;
}
