// Logs in, keeps the session, sends and reads. Knows no elements.

import * as address from "./address.js";
import * as delivery from "./delivery.js";
import * as device from "./device.js";
import * as feed from "./feed.js";
import { guard, report } from "./guard.js";
import { kept, recall, tab } from "./memory.js";
import { nameKey } from "./names.js";
import * as past from "./past.js";
import { look } from "./reading.js";
import * as receipts from "./receipts.js";
import * as socket from "./socket.js";
import { arrive, changed, my, talkWith, views } from "./state.js";
import { clean, isRoom, isTooLong, newName } from "./text.js";

export const LOBBY = "#lobby";
export const MOST = 500; // in one list
const WHY_IN = 5000; // ms
const FIRST_WHY = 2;
const WHY_AT = new Set([FIRST_WHY, 8, 32, 128]); // failures in a row: a server that is full is not asked after each attempt
const NO_ANSWER = "The server cannot be reached.";
const FINAL = { taken_over: "taken", removed: "over", protocol_error: "over", bye: "over" };

const { send } = socket;
export const joining = []; // without an answer yet, in order
const describing = []; // likewise: what to do with the answer
let hear; // handles each event
let form = null;
let attempt = 0; // to log in
let stage = ""; // nickname, pass, password, or denied
let aside = null; // what arrives before the session begins

export function start(hearing) {
	hear = hearing;
	socket.watch({ opened, frame: (event) => guard(frame, event), lost, beat: receipts.beat });
	addEventListener("pagehide", () => guard(receipts.sendNews));
	document.addEventListener("visibilitychange", () => document.hidden && guard(receipts.sendNews));
	if (tab.get("pass")) connect(tab.get("nickname"));
	else views.login("");
}

// As a device of this account, with what devices before it have left.
async function connect(account) {
	await device.claim(account);
	guard(recall, account, device.mine());
	socket.open();
}

export function login(nickname, password) {
	const isSame = nickname === form?.nickname;
	form = { nickname, password };
	if (stage === "password" && isSame) socket.sendRaw("give_password", { password });
	else if (stage === "denied" && isSame) opened();
	else connect(nameKey(nickname));
}

async function opened() {
	const mine = (attempt += 1);
	await device.inheritAll().catch(report);
	if (mine === attempt) give();
}

function give() {
	const token = tab.get("pass");
	stage = token ? "pass" : "nickname";
	if (token) socket.sendRaw("give_pass", { token, device: device.wireName() });
	else socket.sendRaw("give_nickname", { nickname: form.nickname, device: device.wireName() });
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
		my.why = text;
		return socket.tryLater();
	}
	tab.forget("pass", "rooms");
	views.login(isPass ? "Please log in again." : text, !!form?.password);
	return (stage = "denied");
}

function loggedIn({ token, nickname, spelling }) {
	tab.set("pass", token);
	tab.set("nickname", nickname);
	if (my.me && my.me !== nickname) {
		socket.close();
		return location.reload();
	}
	my.me = nickname;
	form = null;
	aside = [{ type: "presence", nickname, spelling, state: "online", text: "" }];
}

// Each step has its own guard: a fault in one line of the past must not stop anybody from reading on.
function begin() {
	socket.settle();
	guard(recall, my.me, device.mine());
	guard(restore);
	guard(restoreDrafts);
	const waited = [...my.requests.keys()];
	Object.assign(my, { link: "on", why: "", partner: null, lane: null, requests: new Map(), asked: new Set() });
	joining.length = describing.length = 0;
	guard(delivery.begin);
	guard(wish);
	guard(feed.begin);
	guard(delivery.postAll);
	const events = aside;
	aside = null;
	events.forEach(note);
	for (const nickname of waited) if (!my.requests.has(nickname)) note({ type: "request_withdrawn", nickname });
	views.begun();
}

// Tells the server what it forgets with each session.
function wish() {
	if (my.own.state !== "online") be(my.own.state, my.own.text);
	send("list_blocked");
	send("allow_asking");
	send("watch_people", { is_on: true });
	my.people.clear();
	my.blocked.clear();
	for (const talk of my.talks.values()) talk.isStale ||= talk.isRoom;
	for (const [room, password] of roomsKept()) join({ room, password });
}

function restore() {
	const put = (key, line) => arrive(talkWith(key), { ...line, who: my.me, isMine: true });
	for (const { partner, lines } of Object.values(kept.chats)) guard(() => lines.forEach((line) => put(partner, line)));
	for (const letter of Object.values(kept.letters)) guard(put, letter.to, letter);
}

// Text typed in this tab takes precedence over what was kept, by itself before a reload or by a tab that was closed.
function restoreDrafts() {
	for (const key in kept.drafts) talkWith(key).draft ||= kept.drafts[key];
	kept.drafts = {};
	for (const { key, draft } of my.talks.values()) if (draft) kept.drafts[key] = draft;
}

// The one path of events: into the state first, each by itself; what got there is acknowledged.
function note(event) {
	guard(takeIn, event);
	guard(receipts.acknowledge);
	changed();
}

function takeIn(event) {
	if (event.type === "probe") send("pong");
	else if (event.type === "disconnected") disconnected(event);
	else delivery.note(event).forEach(apply);
}

function apply(event) {
	try {
		hear(event);
	} catch (error) {
		receipts.fail(event);
		report(error);
	}
	receipts.took(event);
}

function disconnected({ code }) {
	if (!FINAL[code]) return;
	socket.close();
	lost();
	my.link = FINAL[code];
	if (code === "taken_over") guard(device.becomeAnother);
}

function lost(failures) {
	if (tab.get("pass")) my.link = "lost";
	else {
		socket.close();
		if (stage === "nickname" || !stage) unreached(form);
	}
	if (my.link === "lost" && WHY_AT.has(failures)) findWhy(failures).then(tellWhy);
	stage = "";
	aside = null;
	delivery.lose();
	past.lose();
	changed();
}

// Shown at once, and again when more is known; unless there has been another attempt by then.
async function unreached(tried) {
	views.login(NO_ANSWER);
	const why = await findWhy();
	if (tried === form) views.denied(why);
}

function tellWhy(why) {
	my.why = why === NO_ANSWER ? "" : why;
	changed();
}

// Finds out why no socket opens. Browsers do not tell scripts, so the server is asked in another way.
async function findWhy(failures) {
	try {
		const answer = await fetch(`status?origin=${encodeURIComponent(location.origin)}`, { cache: "no-store", signal: AbortSignal.timeout(WHY_IN) });
		const isInWords = answer.headers.get("Content-Type")?.startsWith("text/plain");
		if (answer.ok && failures === FIRST_WHY) return socket.tryNow() ?? ""; // it is back by now
		if (answer.ok || isInWords) socket.turnedAway(); // what a proxy says may be of a server that is about to be back
		if (answer.ok) return "The server answers, but no chat can be opened: something between here and there does not pass WebSockets on.";
		return isInWords ? (await answer.text()).trim() : `${NO_ANSWER} A proxy in front of it answers ${answer.status}.`;
	} catch {
		return NO_ANSWER;
	}
}

export function logOut() {
	guard(receipts.sendNews);
	send("exit");
	tab.forget("pass", "nickname", "rooms");
	address.forget();
	location.reload();
}

export const no = (why) => !!views.hint(why);

export function ask(type, fields = {}) {
	if (isTooLong(JSON.stringify(fields))) return no("That is too long.");
	if (fields.room && !isRoom(fields.room)) return no("This is not a room.");
	return send(type, fields) || no("There is no connection at the moment.");
}

export const be = (how, text) => (how === "away" ? ask("go_away", { text }) : ask(how === "dnd" ? "do_not_disturb" : "come_back"));

// `from`: the conversation in which somebody asked for it; they are taken to the room once it has opened.
export const join = ({ room, password = null, from }) => ask("join_room", { room, password }) && joining.push({ room, password, from });

export const isEntering = (room) => joining.some((wish) => wish.room === room);

export const enter = (room, password) => join({ room, password, from: my.open });

const roomsKept = () => JSON.parse(tab.get("rooms") ?? `[["${LOBBY}"]]`);

export const isRoomKept = (room) => roomsKept().some(([key]) => key === room);

export function keepRoom(room, ...entry) {
	tab.set("rooms", JSON.stringify([...roomsKept().filter(([key]) => key !== room), ...entry]));
}

// Returns whether it was accepted.
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
	if (before !== my.open) {
		if (before) before.firstUnread = null;
		Object.assign(my, { sought: null, marked: null });
	}
	meet(my.open);
	if (my.open?.isStale) past.read(my.open);
	changed();
}

// Somebody may be looking at the open conversation: then it has been read, and its chat comes to this device if it may.
export function looked() {
	look();
	const { lane, open } = my;
	if (lane?.isFree && lane.key === open?.key && views.isHere()) delivery.take(lane.chat);
}

// All that is shown is out of date.
export function forget() {
	for (const talk of my.talks.values()) talk.isStale = true;
	if (my.open) past.read(my.open);
}

export const describe = (nickname, done) => ask("who_is", { nickname }) && describing.push(done);
export const answered = (text) => describing.shift()?.(text);

// Asks about somebody who is not here: nothing has told yet how they spell their name.
function meet(talk) {
	if (!socket.isOn || !talk || talk.isRoom || talk.isMet || my.people.has(talk.key)) return;
	talk.isMet = true;
	describe(talk.key, () => {});
}

