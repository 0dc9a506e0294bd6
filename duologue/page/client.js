// Logs in, keeps the session, asks, speaks and reads. Knows no element.

import * as delivery from "./delivery.js";
import { save } from "./file.js";
import { kept, recall } from "./memory.js";
import * as socket from "./socket.js";
import { arrive, changed, count, idIn, idInRoom, my, remember, see, talkWith, views } from "./state.js";
import { clean, isRoom, isTooLong, newName } from "./text.js";

export const LOBBY = "#lobby";
const PAGE = 50; // messages
export const MOST = 500; // in one answer, or list
const TOO_SOON = 3000; // ms
const FINAL = { taken_over: "taken", removed: "over", protocol_error: "over", bye: "over" };

const { send } = socket;
export const joining = []; // unanswered, in order
const questions = []; // the same
let hear; // what each event changes
let form = null;
let stage = ""; // nickname, pass, password, or denied
let aside = null; // comes before the session

export function start(hearing) {
	hear = hearing;
	socket.watch({ opened, frame, lost, beat: delivery.beat });
	if (sessionStorage.pass) socket.open();
	else views.login("");
}

export function login(nickname, password) {
	const isSame = nickname === form?.nickname;
	form = { nickname, password };
	if (stage === "password" && isSame) socket.sendRaw("give_password", { password });
	else if (stage === "denied") opened();
	else socket.open();
}

function opened() {
	const token = sessionStorage.pass;
	stage = token ? "pass" : "nickname";
	if (token) socket.sendRaw("give_pass", { token });
	else socket.sendRaw("give_nickname", { nickname: form.nickname });
}

function frame(event) {
	const act = { password_wanted: askPassword, logged_in: loggedIn }[event.type] ?? denied;
	if (socket.isOn) note(event);
	else if (!aside) act(event);
	else if (event.type === "acknowledged") begin();
	else aside.push(event);
}

function askPassword() {
	stage = "password";
	if (form.password) socket.sendRaw("give_password", { password: form.password });
	else views.login("", true);
}

function denied({ code, text }) {
	const isPass = stage === "pass";
	if (isPass && code !== "bad_pass") {
		socket.close();
		return setTimeout(socket.open, TOO_SOON);
	}
	delete sessionStorage.pass;
	delete sessionStorage.rooms;
	views.login(isPass ? "Please log in again." : text, !!form?.password);
	return (stage = "denied");
}

function loggedIn({ token, nickname }) {
	sessionStorage.pass = token;
	sessionStorage.nickname = nickname;
	if (my.me && my.me !== nickname) {
		socket.close();
		return location.reload();
	}
	my.me = nickname;
	form = null;
	aside = [];
}

function begin() {
	socket.settle();
	recall(my.me);
	restore();
	const wasTaken = my.link === "taken";
	Object.assign(my, { link: "on", partner: null, requests: new Map(), asked: new Set() });
	joining.length = 0;
	delivery.begin();
	wish(wasTaken);
	delivery.postAll();
	aside.forEach(note);
	aside = null;
	views.begun();
}

// What each session forgets.
function wish(wasTaken) {
	if (my.own.state !== "online") be(my.own.state, my.own.text);
	send("list_blocked");
	send("allow_asking");
	send("watch_people", { is_on: true });
	my.people.clear();
	my.blocked.clear();
	for (const talk of my.talks.values()) talk.isStale ||= talk.isRoom || wasTaken;
	for (const [room, password] of roomsKept()) join(room, password);
}

// What was before a reload.
function restore() {
	for (const key in kept.talks) Object.assign(talkWith(key), kept.talks[key]);
	const put = (key, line) => talkWith(key).timeline.add({ ...line, who: my.me, isMine: true });
	for (const { partner, lines } of Object.values(kept.chats)) lines.forEach((line) => put(partner, line));
	for (const letter of Object.values(kept.letters)) put(letter.to, letter);
}

function note(event) {
	if (event.type === "probe") send("pong");
	else if (event.type === "disconnected") disconnected(event);
	else delivery.note(event).forEach(hear);
	delivery.acknowledge();
	changed();
}

function disconnected({ code }) {
	if (!FINAL[code]) return;
	socket.close();
	lost();
	my.link = FINAL[code];
}

function lost() {
	if (sessionStorage.pass) my.link = "lost";
	else {
		socket.close();
		if (stage === "nickname" || !stage) views.login("The server cannot be reached.");
	}
	stage = "";
	aside = null;
	delivery.lose();
	questions.splice(0).forEach(({ fail }) => fail("The connection was lost."));
	changed();
}

export function logOut() {
	send("exit");
	sessionStorage.clear();
	location.reload();
}

export const no = (why) => !!views.hint(why);

export function ask(type, fields = {}) {
	if (isTooLong(JSON.stringify(fields))) return no("That is too long.");
	if (fields.room && !isRoom(fields.room)) return no("This is no room.");
	return send(type, fields) || no("There is no connection now.");
}

export const be = (how, text) => (how === "away" ? ask("go_away", { text }) : ask(how === "dnd" ? "do_not_disturb" : "come_back"));

export const join = (room, password = null, isByHand = false) => ask("join_room", { room, password }) && joining.push({ room, password, isByHand });

const roomsKept = () => JSON.parse(sessionStorage.rooms ?? `[["${LOBBY}"]]`);

export function keepRoom(room, ...entry) {
	sessionStorage.rooms = JSON.stringify([...roomsKept().filter(([key]) => key !== room), ...entry]);
}

// True where it was taken.
export function speak(talk, typed) {
	const text = clean(typed);
	const line = { id: newName(), text, at: Date.now() / 1000 };
	if (!text.trim() || isTooLong(text)) return false;
	const say = delivery.current()?.partner === talk.key ? delivery.say : delivery.write;
	const trouble = say(line, talk.key);
	views.hint(trouble);
	if (!trouble) arrive(talk, { ...line, who: my.me, isMine: true });
	return !trouble;
}

export function open(key) {
	const before = my.open;
	my.open = key && talkWith(key);
	if (before && before !== my.open) before.firstUnread = null;
	if (key) see(my.open);
	if (my.open?.isStale) read(my.open);
	changed();
}

const question = (type, fields, done, fail = no) => ask(type, fields) && questions.push({ items: [], done, fail });

export function read(talk, before = null) {
	if (!socket.isOn || talk.isLoading || (talk.isRoom && !talk.isJoined)) return;
	talk.isLoading = true;
	const done = (items, older) => merge(talk, items, before, older);
	question("read_history", { nickname: talk.key, count: PAGE, before }, done, () => (talk.isLoading = false));
}

export const search = (words) => question("search_history", { words }, (items) => (my.found = items));

// A file of it all, which is read from its end.
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
	const isHeard = !isMine && !isRoom(to);
	const id = isHeard ? idIn(who, stream, position) : ((isMine && delivery.idOf(stream, position)) || idInRoom(number, at));
	questions[0].items.push({ id, number, at, who, to, text, isMine, key: isHeard ? who : to });
}

export function ended({ before }) {
	const { items, done } = questions.shift();
	done(items, before);
}

export const refused = ({ text }) => questions.shift().fail(text);

function merge(talk, items, before, older) {
	const { seen } = kept.talks[talk.key] ?? {};
	const added = talk.timeline.merge(items, before === null, older, delivery.markOf);
	talk.isLoading = false;
	if (before !== null) return;
	talk.isStale = false;
	talk.at = Math.max(talk.at, items.at(-1)?.at ?? 0);
	for (const item of added) if (talk.isRoom && !item.isMine && item.number > seen) count(talk, item);
	remember(talk);
}
