// Our messages: counted, kept until safe, sent again, handed in. Messages to us are shown once.
// See docs/protocol.md, 7, 10 and 11. Knows no page.

import { guard } from "./guard.js";
import { kept, save } from "./memory.js";
import { ReportPace, isMuch } from "./reports.js";
import { send } from "./socket.js";
import { changed } from "./state.js";
import { bytes, isRoom, newName } from "./text.js";

const MOST_STREAMS = 500; // remembered
const MESSAGES = new Set(["said", "message_from"]); // events that are acknowledged

let live = null; // the chat of this session
let asked = new Set(); // chats to resume
let written = 0; // its messages sent in this session
let stream = ""; // the partner's stream, and its last number
let number = 0;
let safe = 0; // the last of its numbers that is kept here
const news = new Map(); // "sender stream" → the number up to which it is to be acknowledged
let messages = 0; // received since the last acknowledgement, and their bytes
let size = 0;
let isAgain = false; // one of them has come again
let isKept = true; // all of them are on the disk
const pace = new ReportPace(Math.random());
let timer = 0; // of the next acknowledgement, and when that is due
let due = Infinity;
const broken = new Set(); // "sender stream" with something that could not be taken in: that is not acknowledged, nor what follows

const chats = () => Object.values(kept.chats);
const numbered = ({ lines, stored, stream }) => lines.map((line, place) => ({ ...line, stream, number: stored + 1 + place }));
const sendingIn = (stream) => chats().find((chat) => chat.stream === stream);
export const current = () => chats().find((chat) => !chat.isOver);

export function begin() {
	asked = new Set();
	broken.clear();
	for (const chat of chats()) {
		if (isRest(chat)) guard(() => handIn(chat));
		else if (chat.lines.length || !chat.isOver) guard(() => askToResume(chat));
	}
}

function askToResume(chat) {
	asked.add(chat.id);
	const { stream, stored, partner, partnerStream } = chat;
	for (const { id, number } of numbered(chat)) track(stream, number, id, "unsent");
	const received = { name: partnerStream, upto: heard(partner, partnerStream) };
	send("resume_chat", { chat: chat.id, sent: { name: stream, upto: stored }, received });
}

export function lose() {
	live = null;
	dropNews(); // it comes again, or counts from what is kept
	for (const [id, rank] of states) if (rank === 1) set(id, "unsent"); // it is sent again
}

// Returns why not, or "".
export function say(line) {
	const chat = current();
	chat.lines.push(line);
	const trouble = save("chats");
	if (trouble) chat.lines.pop();
	else set(line.id, "unsent");
	sendDue();
	return trouble;
}

// Sends what was not sent in this session.
function sendDue() {
	if (!live) return;
	for (const { id, text, number } of numbered(live)) {
		if (number <= written || !send("say", { text })) continue;
		track(live.stream, number, id, "sent");
		written = number;
	}
}

export function leave() {
	const chat = current();
	if (chat) change(chat, { isOver: true });
	send("quit_chat");
}

export function write(line, to) {
	const letter = { ...line, stream: newName(), to };
	kept.letters[letter.stream] = letter;
	const trouble = save("letters");
	if (trouble) delete kept.letters[letter.stream];
	else hand(letter);
	return trouble;
}

function post(nickname, { stream, text, id, number = 1 }) {
	track(stream, number, id, send("send_letter", { nickname, stream, number, text }) ? "sent" : "unsent");
}

// Letters wait for earlier messages of a chat.
const isHeld = ({ to }) => chats().some(({ id, partner, lines }) => asked.has(id) && partner === to && lines.length);

function hand(letter) {
	const { to, stream, id, isStored } = letter;
	if (isHeld(letter)) set(id, "unsent");
	else if (!isStored) post(to, letter);
	else if (send("ping", { received: 0, stream })) track(stream, 1, id, "stored");
}

export const postAll = (only) => Object.values(kept.letters).forEach((letter) => letter.to === (only ?? letter.to) && hand(letter));

const STATES = ["unsent", "sent", "stored", "delivered", "refused"];
const tracked = {}; // stream → number → id of our message
const states = new Map(); // id → place in STATES
export const idOf = (stream, number) => tracked[stream]?.[number];

const idsIn = (stream) => Object.entries(tracked[stream] ?? {});
export const markOf = (id) => STATES[states.get(id)];

function track(stream, number, id, state) {
	(tracked[stream] ??= {})[number] = id;
	set(id, state);
}

function set(id, state) {
	const rank = STATES.indexOf(state);
	if (rank && rank <= (states.get(id) ?? -1)) return;
	states.set(id, rank);
	changed();
}

function mark({ stored, delivered, stream }) {
	for (const [number, id] of idsIn(stream)) {
		if (number <= stored) set(id, "stored");
		if (number <= delivered) set(id, "delivered"); // perhaps before it is on the disk
	}
}

function change(chat, fields) {
	Object.assign(chat, fields);
	save("chats");
}

function beginChat(id, partner) {
	for (const before of chats()) {
		before.isOver = true;
		forget(before);
	}
	kept.chats[id] = { id, partner, stream: id, partnerStream: id, stored: 0, isOver: false, lines: [] };
	save("chats");
	return kept.chats[id];
}

function forget({ id, lines }) {
	if (lines.length) return;
	delete kept.chats[id];
	save("chats");
}

// What is left of an earlier stream of a chat is handed in under its own numbers, as the partner may have it.
const isRest = ({ id }) => id.startsWith(".");

function leaveRest(chat) {
	if (!chat.lines.length) return;
	const rest = { ...chat, id: `.${chat.stream}`, partnerStream: chat.stream, isOver: true };
	kept.chats[rest.id] = rest;
	handIn(rest);
}

const handIn = (chat) => numbered(chat).forEach((line) => post(chat.partner, line));

// The server does not know its stream so far: it is said as something new.
function sayAnew(rest) {
	delete kept.chats[rest.id];
	change(live, { lines: [...live.lines, ...rest.lines] });
	sendDue();
	return [];
}

// The server has stored our messages up to this one.
function store(chat, upto) {
	if (upto <= chat.stored) return;
	chat.lines.splice(0, upto - chat.stored);
	change(chat, { stored: upto });
}

function ended(event, id, had) {
	const chat = kept.chats[id];
	asked.delete(id);
	if (!chat) return [];
	const told = chat.isOver ? [] : [event];
	chat.isOver = true;
	mark({ stored: had, delivered: 0, stream: chat.stream });
	store(chat, had);
	handIn(chat);
	forget(chat);
	postAll(chat.partner);
	return told;
}

const heard = (sender, stream) => kept.received[`${sender} ${stream}`] ?? 0;

// Returns false for a message that we have had; it is acknowledged again, at once.
function isNew({ nickname, stream, number }) {
	const had = heard(nickname, stream);
	if (number > had) return true;
	news.set(`${nickname} ${stream}`, had);
	isAgain = true;
	return false;
}

// The event is where it will be shown: from now on it counts as received.
export function took({ type, nickname, stream, number, text }) {
	const key = `${nickname} ${stream}`;
	if (!MESSAGES.has(type) || broken.has(key)) return;
	news.set(key, number);
	messages += 1;
	size += bytes(text);
	isKept = false;
	delete kept.received[key]; // oldest first
	kept.received[key] = number;
	const isOver = (old) => chats().every((chat) => old !== `${chat.partner} ${chat.partnerStream}`);
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

const time = () => performance.now() / 1000;

// Returns whether all that has been received is on the disk.
function keep() {
	isKept ||= !save("received");
	if (isKept && live) safe = heard(live.partner, stream);
	return isKept;
}

// Acknowledges now what has not been yet.
export function sendNews() {
	clearTimeout(timer);
	due = Infinity;
	if (!news.size || !keep()) return;
	for (const [key, received] of news) send("ping", { received, stream: key.split(" ")[1] });
	dropNews();
	pace.reported(time());
}

function dropNews() {
	clearTimeout(timer);
	due = Infinity;
	news.clear();
	messages = size = 0;
	isAgain = false;
}

export const beat = () => send("ping", live ? { received: safe, stream } : { received: 0 });

function begins(name, first) {
	[stream, number] = [name, first - 1];
	safe = live && heard(live.partner, name);
}

// Returns the events to show.
export const note = (event) => NOTES[event.type]?.(event) ?? [event];

const NOTES = {
	chat_waits({ chat }) {
		if (!kept.chats[chat]) send("resume_chat", { chat });
		else if (!asked.has(chat)) askToResume(kept.chats[chat]);
		return [];
	},
	chat_started({ chat, nickname }) {
		live = beginChat(chat, nickname);
		written = 0;
		begins(chat, 1);
	},
	chat_resumed(event) {
		asked.delete(event.chat);
		live = kept.chats[event.chat] ?? beginChat(event.chat, event.nickname);
		if (live.stream !== event.stream) {
			store(live, event.had);
			leaveRest(live);
			change(live, { stream: event.stream, stored: event.taken, lines: [] });
		}
		begins(live.partnerStream, heard(live.partner, live.partnerStream) + 1);
		written = event.taken;
		sendDue();
		postAll(live.partner);
		if (live.isOver) send("quit_chat");
		return live.isOver ? [] : [event];
	},
	stream_begins({ stream, first }) {
		begins(stream, first);
		return [];
	},
	said({ nickname, texts }) {
		const isOurs = live && stream.startsWith(`${live.id}.`);
		if (isOurs && live.partnerStream !== stream) change(live, { partnerStream: stream });
		const all = texts.map((text) => ({ type: "said", nickname, stream, number: (number += 1), text }));
		return all.filter(isNew);
	},
	message_from: (event) => (isNew(event) ? [event] : []),
	chat_ended(event) {
		if (event.chat != null) return ended(event, event.chat, event.had ?? 0);
		const chat = live ?? current();
		live = null;
		if (!chat) return [event];
		change(chat, { isOver: true });
		forget(chat);
		if (chat.lines.length && !asked.has(chat.id)) askToResume(chat);
		return [event];
	},
	chat_unknown({ chat: id }) {
		const { partner, stored } = kept.chats[id] ?? {};
		return ended({ type: "chat_ended", nickname: partner, reason: "lost", chat: id }, id, stored);
	},
	refused: (event) => (event.of === "say" ? [] : [event]), // said too late: it goes as a letter
	not_kept(event) {
		const chat = sendingIn(event.stream);
		if (chat && isRest(chat) && event.code === "bad_number" && live?.partner === chat.partner) return sayAnew(chat);
		for (const [number, id] of idsIn(event.stream)) if (number >= event.number) set(id, "refused");
		delete kept.letters[event.stream];
		save("letters");
		if (chat) forget({ ...chat, lines: [] });
	},
	acknowledged(event) {
		const { stored, delivered, stream } = event;
		mark(event);
		const letter = kept.letters[stream];
		if (letter && stored) {
			letter.isStored = true;
			if (delivered || isRoom(letter.to)) delete kept.letters[stream];
			save("letters");
		}
		const chat = sendingIn(stream);
		if (chat) store(chat, stored);
		if (chat?.isOver && chat !== live && !asked.has(chat.id)) forget(chat);
		return [];
	},
};
