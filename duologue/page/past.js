// What was said before: pages of a conversation, a message that was found, all of it as a file.

import { ask, no } from "./client.js";
import { save } from "./file.js";
import { idOf, markOf } from "./marks.js";
import { isOn } from "./socket.js";
import { changed, idIn, idInRoom, latest, my, views } from "./state.js";
import { isRoom } from "./text.js";

const PAGE = 50; // messages
const MOST = 500; // in one answer
const questions = []; // without an answer yet, in order

const question = (type, fields, done, fail = no) => ask(type, fields) && questions.push({ items: [], done, fail });

export const lose = () => questions.splice(0).forEach(({ fail }) => fail("The connection was lost."));

export function read(talk, before = null, count = PAGE) {
	if (!isOn || talk.isLoading || (talk.isRoom && !talk.isJoined)) return;
	talk.isLoading = true;
	const done = (items, older) => {
		talk.isLoading = false;
		merge(talk, items, before, older);
		seek();
	};
	const fail = (why) => {
		talk.isLoading = false;
		if (my.sought) seekNoMore(why);
	};
	question("read_history", { nickname: talk.key, count, before }, done, fail);
}

// Shows a message that was found: reads what was said since then until it is there.
export function show({ key, id, number }) {
	views.go(key);
	my.sought = { talk: my.open, id, number };
	seek();
}

function seek() {
	const { talk, id, number } = my.sought ?? {};
	if (!talk || talk.isLoading) return;
	const { before, items } = talk.timeline;
	const item = items.find((each) => each.id === id || each.number === number);
	if (item) found(item);
	else if (before > number) {
		views.hint("Looking for it …");
		read(talk, before, MOST);
	} else if (before !== undefined) seekNoMore("This message is no longer there.");
}

function found(item) {
	my.marked = item.id;
	seekNoMore("");
	views.reveal(item);
	changed();
}

function seekNoMore(why) {
	my.sought = null;
	views.hint(why);
}

export const search = (words) => question("search_history", { words }, (items) => (my.found = items));

// Saves a whole conversation, reading it from its end.
export function download(key, kind, before = null, later = []) {
	const done = (items, older) => {
		later.unshift(...items);
		if (older) download(key, kind, older, later);
		else save(key, kind, later);
	};
	question("read_history", { nickname: key, count: MOST, before }, done);
}

export function recalled({ number, at, sender: who, recipient: to, text, stream, position }) {
	const isMine = who === my.me;
	const id = (isMine && idOf(stream, position)) || (isRoom(to) ? idInRoom(number, at) : idIn(who, stream, position));
	questions[0]?.items.push({ id, number, at, who, to, text, isMine, key: isRoom(to) || isMine ? to : who });
}

export function ended({ before }) {
	const { items, done } = questions.shift();
	done(items, before);
}

export const refused = ({ text }) => questions.shift()?.fail(text);

function merge(talk, items, before, older) {
	const isFirst = before === null;
	talk.timeline.merge(items, isFirst, older, markOf);
	const news = items.filter(({ number, isMine }) => !isMine && number > talk.mark);
	if (!isFirst) return;
	talk.isStale = false;
	if (talk.unread) talk.firstUnread = news[0]?.id ?? talk.firstUnread;
	if (items.length) latest(talk, items.at(-1));
}
