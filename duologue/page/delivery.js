// Our messages: counted, kept until safe, sent again, handed in; and the chat that goes through this device.
// See docs/protocol.md, 7, 10, 11 and 14. Knows no page.

import { guard } from "./guard.js";
import { idsIn, mark, refuse, set, track, unsend, untrack } from "./marks.js";
import { kept, save } from "./memory.js";
import * as receipts from "./receipts.js";
import { send } from "./socket.js";
import { isRoom, newName } from "./text.js";

const NO_STREAM = { name: "-", upto: 0 }; // of a device that has said nothing in a chat

let live = null; // the chat of this session
let asked = new Map(); // chat to resume → our stream in it, if there is one
let again = new Set(); // streams of which the server did not take a number in this session
let written = 0; // its messages sent in this session
let stream = ""; // the partner's stream, and its last number
let number = 0;

const chats = () => Object.values(kept.chats);
const numbered = ({ lines, stored, stream }) => lines.map((line, place) => ({ ...line, stream, number: stored + 1 + place }));
export const current = () => chats().find((chat) => !chat.isOver);

export function begin() {
	asked = new Map();
	again = new Set();
	receipts.begin();
	const newest = new Map(chats().map((chat) => [chat.id, chat])); // of each chat
	for (const chat of newest.values()) guard(() => (chat.lines.length || !chat.isOver) && askToResume(chat));
}

function askToResume(chat) {
	const { id, stream, stored, partner, partnerStream } = chat;
	asked.set(id, stream);
	for (const { id, number } of numbered(chat)) track(stream, number, id, "unsent");
	const received = { name: partnerStream, upto: receipts.heard(partner, partnerStream) };
	send("resume_chat", { chat: id, sent: { name: stream, upto: stored }, received });
}

// Takes over a chat that no device holds. What has been received of it is known to the server, and the rest is told.
export function take(id) {
	if (asked.has(id) || live) return;
	const ours = askedAs(id);
	if (ours) return askToResume(ours);
	asked.set(id, "");
	send("resume_chat", { chat: id, sent: NO_STREAM, received: null });
}

export function lose() {
	live = null;
	receipts.listen(null);
	receipts.drop();
	unsend();
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
	if (chat) change(chat, { isOver: true, isLeft: true });
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

function change(chat, fields) {
	Object.assign(chat, fields);
	save("chats");
}

function beginChat(id, partner, stream = id, partnerStream = id) {
	for (const before of chats()) {
		before.isOver = true;
		forget(before);
	}
	kept.chats[stream] = { id, partner, stream, partnerStream, stored: 0, isOver: false, lines: [] };
	save("chats");
	return kept.chats[stream];
}

function forget({ stream, lines }) {
	if (lines.length) return;
	delete kept.chats[stream];
	save("chats");
}

// The server has stored our messages up to this one.
function store(chat, upto) {
	if (upto <= chat.stored) return;
	chat.lines.splice(0, upto - chat.stored);
	change(chat, { stored: upto });
}

// Nothing more is said in this stream. What the server has not of it is handed in under its numbers.
function close(chat, had) {
	chat.isOver = true;
	mark({ stored: had, delivered: 0, stream: chat.stream });
	store(chat, had);
	for (const line of numbered(chat)) post(chat.partner, line);
	forget(chat);
}

const askedAs = (id) => kept.chats[asked.get(id)] ?? chats().findLast((chat) => chat.id === id);

// The server has answered: of the stream that was named it has 1 to `had`.
function answered(id, had) {
	const ours = askedAs(id);
	asked.delete(id);
	const wasOn = ours && !ours.isOver;
	if (ours) close(ours, had);
	closeOthers(id, ours);
	if (ours) postAll(ours.partner);
	return { ours, wasOn };
}

const closeOthers = (id, ours) => chats().forEach((chat) => chat.id === id && chat !== ours && close(chat, chat.stored));

function ended(event, id, had) {
	const { ours, wasOn } = answered(id, had);
	if (wasOn) return [{ ...event, nickname: ours.partner }];
	return ours ? [] : [{ type: "chat_free", nickname: event.nickname, chat: id, seconds: 0 }];
}

// Asks once where both ends stand. If that was no help the server does not know the stream so far, and its messages are said
// as new ones.
function sayAnew(chat) {
	if (asked.has(chat.id)) return;
	const isFirst = !again.has(chat.stream) && live?.id !== chat.id;
	again.add(chat.stream);
	if (isFirst) return askToResume(chat);
	const rest = chat.lines.splice(0);
	untrack(chat.stream);
	if (live?.partner === chat.partner) live.lines.push(...rest);
	else for (const line of rest) write(line, chat.partner);
	change(chat, {});
	forget(chat);
	sendDue();
}

function begins(name, first) {
	[stream, number] = [name, first - 1];
	receipts.listen(live?.partner, name);
}

// Returns the events to show.
export const note = (event) => NOTES[event.type]?.(event) ?? [event];

const NOTES = {
	chat_waits(event) {
		const ours = askedAs(event.chat);
		if (!ours) return [{ ...event, type: "chat_free" }];
		if (!asked.has(event.chat)) askToResume(ours);
		return [];
	},
	chat_free({ chat: id, seconds }) {
		const ours = chats().filter((chat) => chat.id === id && chat !== live);
		if (seconds === 0) for (const chat of ours) forget(Object.assign(chat, { isOver: true }));
	},
	chat_started({ chat, nickname }) {
		live = beginChat(chat, nickname);
		written = 0;
		begins(chat, 1);
	},
	chat_resumed(event) {
		const { chat: id, nickname, had, taken } = event;
		const before = askedAs(id);
		asked.delete(id);
		if (before && before.stream !== event.stream) close(before, had);
		live = kept.chats[event.stream] ?? Object.assign(beginChat(id, nickname, event.stream, before?.partnerStream), { stored: taken });
		closeOthers(id, live);
		begins(live.partnerStream, receipts.heard(nickname, live.partnerStream) + 1);
		written = taken;
		if (!live.isLeft) change(live, { isOver: false });
		sendDue();
		postAll(live.partner);
		if (live.isLeft) send("quit_chat");
		return live.isLeft ? [] : [event];
	},
	chat_elsewhere(event) {
		answered(event.chat, event.had);
		return [event];
	},
	stream_begins({ stream, first }) {
		begins(stream, first);
		return [];
	},
	said({ nickname, texts }) {
		const isOurs = live && stream.startsWith(`${live.id}.`);
		if (isOurs && live.partnerStream !== stream) change(live, { partnerStream: stream });
		const all = texts.map((text) => ({ type: "said", nickname, stream, number: (number += 1), text }));
		return all.filter(receipts.isNew);
	},
	message_from: (event) => (receipts.isNew(event) ? [event] : []),
	// From here on as a letter: `number` is that in the stream, `place` that in the store.
	kept({ sender: nickname, position, number: place, ...event }) {
		const message = { ...event, nickname, number: position, place };
		return receipts.isNew(message) ? [message] : [];
	},
	chat_ended(event) {
		if (event.chat != null) return ended(event, event.chat, event.had ?? 0);
		const chat = live ?? current();
		live = null;
		receipts.listen(null);
		if (!chat) return [event];
		change(chat, { isOver: true });
		forget(chat);
		if (chat.lines.length && !asked.has(chat.id)) askToResume(chat);
		return [event];
	},
	chat_unknown({ chat: id }) {
		const stored = askedAs(id)?.stored ?? 0;
		return ended({ type: "chat_ended", reason: "lost", chat: id }, id, stored);
	},
	refused: (event) => (event.of === "say" ? [] : [event]), // said too late: it goes as a letter
	not_kept(event) {
		const { stream, number, code } = event;
		const chat = kept.chats[stream];
		if (chat && code === "bad_number") return sayAnew(chat) ?? [];
		if (!chat && !idsIn(stream).length) return [];
		refuse(stream, number);
		delete kept.letters[stream];
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
		const chat = kept.chats[stream];
		if (chat) store(chat, stored);
		if (chat?.isOver && chat !== live && !asked.has(chat.id)) forget(chat);
		return [];
	},
};
