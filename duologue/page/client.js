// Logs in, keeps the session, reads and writes. Knows no element.

import * as delivery from "./delivery.js";
import { hear } from "./hearing.js";
import { kept, recall, save } from "./memory.js";
import * as socket from "./socket.js";
import { changed, my, talkWith, views } from "./state.js";
import { clean, isName, isTooLong } from "./text.js";
import { newId } from "./timeline.js";

export const LOBBY = "#lobby";
const PAGE = 50; // messages
const AWAY = 200; // characters
const TOO_SOON = 3000; // ms
const FINAL = { taken_over: "taken", removed: "over", protocol_error: "over", bye: "over" };

const { send } = socket;
export const recalls = []; // unanswered, in order
export const joining = []; // the same
let form = null;
let stage = ""; // nickname, pass, password, or denied
let aside = null; // comes before the session

export function start() {
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
	recalls.length = joining.length = 0;
	delivery.begin();
	wish(wasTaken);
	delivery.postAll();
	aside.forEach(note);
	aside = null;
	views.begun();
}

// What each session forgets.
function wish(wasTaken) {
	const { own, people, talks } = my;
	if (own.state !== "online") be(own.state, own.text);
	send("list_blocked");
	send("allow_asking");
	send("watch_people", { is_on: true });
	people.clear();
	for (const talk of talks.values()) {
		talk.isLoading = false;
		talk.isStale ||= talk.isRoom || wasTaken;
	}
	for (const [room, password] of roomsKept()) join(room, password);
}

const roomsKept = () => JSON.parse(sessionStorage.rooms ?? `[["${LOBBY}"]]`);

export function keepRoom(room, ...entry) {
	sessionStorage.rooms = JSON.stringify([...roomsKept().filter(([key]) => key !== room), ...entry]);
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
	changed();
}

export function logOut() {
	send("exit");
	sessionStorage.clear();
	location.reload();
}

export const no = (why) => !!views.hint(why);

export function ask(type, fields) {
	if (isTooLong(JSON.stringify(fields ?? ""))) return no("That is too long.");
	const { room } = fields ?? {};
	if (room && type !== "join_room" && !my.talks.get(room)?.isJoined) return no("You are not in that room.");
	return send(type, fields) || no("There is no connection now.");
}

export function be(how, text = "") {
	if ([...text].length > AWAY) return no(`Say it in ${AWAY} characters.`);
	return how === "away" ? ask("go_away", { text }) : ask(how === "dnd" ? "do_not_disturb" : "come_back");
}

export function join(room, password = null, isByHand = false) {
	if (!isName(room.slice(1))) return no("That is no room name.");
	if (ask("join_room", { room, password })) joining.push({ room, password, isByHand });
	return true;
}

export function open(key) {
	const before = my.open;
	my.open = key && talkWith(key);
	if (before && before !== my.open) before.firstUnread = null;
	if (key) see(my.open);
	if (my.open?.isStale) read(my.open);
	changed();
}

export function see(talk) {
	talk.unread = 0;
	remember(talk);
}

export function remember({ key, at, unread, timeline }) {
	if (!at) return;
	kept.talks[key] = { at, unread, seen: timeline.newest };
	save("talks");
}

export function read(talk, before = null) {
	if (talk.isLoading || (talk.isRoom ? !talk.isJoined : !isName(talk.key))) return;
	talk.isLoading = send("read_history", { nickname: talk.key, count: PAGE, before });
	if (talk.isLoading) recalls.push({ talk, before, items: [] });
}

export function search(words) {
	if (ask("search_history", { words })) recalls.push({ words, items: [] });
}

// True where it was taken.
export function speak(talk, typed) {
	const text = clean(typed);
	const line = { id: newId(), text, at: Date.now() / 1000 };
	if (!text.trim() || isTooLong(text)) return false;
	const say = delivery.current()?.partner === talk.key ? delivery.say : delivery.write;
	const trouble = say(line, talk.key);
	views.hint(trouble);
	if (!trouble) arrive(talk, { ...line, who: my.me, isMine: true });
	return !trouble;
}

export function arrive(talk, item) {
	const isNew = talk.timeline.add(item);
	changed();
	if (item.note || (talk.isRoom && !isNew)) return; // counted when recalled
	talk.at = Math.max(talk.at, item.at);
	if (!item.isMine) count(talk, item);
	remember(talk);
}

// It is unread, unless somebody looks at it.
export function count(talk, item) {
	if (talk !== my.open || !views.isLookedAt()) {
		talk.unread += 1;
		talk.firstUnread ??= item.id;
	}
	views.arrived(talk, item);
}
