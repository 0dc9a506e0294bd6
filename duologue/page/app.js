// The views that the client uses, and notices for people who are looking elsewhere.

import * as address from "./address.js";
import { ask, login, looked, open, start } from "./client.js";
import { isTouch, paintCompose } from "./compose.js";
import { guard, report } from "./guard.js";
import { paintHead } from "./head.js";
import { hear } from "./hearing.js";
import { isNewest, paintLog, reveal } from "./log.js";
import { tab } from "./memory.js";
import { paintDialog, showMe, showRooms } from "./menu.js";
import { paintSidebar } from "./sidebar.js";
import { changed, my, paint, permission, shownName, views } from "./state.js";
import { visible } from "./text.js";
import { announce, at, put } from "./ui.js";

const SHAKE = 200; // ms
const PARTS = [paintSidebar, paintHead, paintCompose, paintLog, paintNews, paintLoading, paintDialog, looked];
const notices = new Map(); // key of a conversation → the one that is shown

function show(name) {
	for (const id of ["loading", "welcome", "app"]) at(id).hidden = id !== name;
}

const VIEWS = {
	login(text, wantsPassword = false) {
		show("welcome");
		put(at("denied"), text);
		at("nickname").value ||= tab.get("nickname") ?? "";
		const field = at(at("nickname").value && wantsPassword ? "password" : "nickname");
		field.focus();
		field.select(); // what is typed now takes the place of what was wrong
	},
	denied: (text) => put(at("denied"), text),
	begun() {
		const isFirst = at("app").hidden;
		at("password").value = "";
		show("app");
		if (isFirst) enter(address.keyHere());
		else if (my.open) open(my.open.key);
		changed();
	},
	paint: () => PARTS.forEach((part) => guard(part)),
	arrived(talk, { who, text }) {
		const name = shownName(who);
		if (talk === my.open || !talk.isRoom) announce(`${name}: ${text}`);
		notify(talk.isRoom ? `${name} in ${talk.key}` : name, text, talk.key);
	},
	requested(nickname) {
		announce(`${shownName(nickname)} wants to chat with you.`);
		notify(shownName(nickname), "wants to chat with you", nickname);
	},
	go,
	turn,
	reveal,
	rooms: showRooms,
	hint: (text) => put(at("hint"), text),
	isHere,
	isLookedAt: () => isHere() && isNewest(),
	read: ({ key }) => notices.get(key)?.close(),
};
// If a view fails, what arrived is still kept, counted and shown by the others.
for (const [name, view] of Object.entries(VIEWS)) views[name] = (...args) => guard(view, ...args);

function isHere() {
	return !document.hidden && document.hasFocus();
}

// Without a key it is the list, or nothing beside it.
function go(key) {
	if (key) address.goTo(key);
	else if (my.open) address.leave();
	enter(key);
}

function enter(key) {
	open(key);
	document.body.classList.toggle("talking", !!key);
	paint();
	if (!isTouch.matches) at(key ? "text" : "find").focus(); // a keyboard would pop up there
}

// Opens what somebody asked for; but never takes them away from writing, or from where they have gone meanwhile.
function turn(key, from = my.open) {
	const { activeElement } = document;
	const isWriting = my.open?.draft || at("dialog").open || (activeElement !== at("text") && activeElement.matches("input, textarea, select"));
	const mayGo = from === my.open && !isWriting;
	const isReading = key === from?.key && !getSelection().isCollapsed; // the keyboard would take the selection away
	if (mayGo && !isReading) go(key);
	return mayGo;
}

function paintNews() {
	const news = [...my.talks.values()].reduce((sum, talk) => sum + talk.unread, my.requests.size);
	document.title = news ? `(${news}) Duologue` : "Duologue";
}

// After a reload there is nothing else to see yet.
function paintLoading() {
	if (my.link === "lost" && !at("loading").hidden) put(at("loading"), my.why || "The server cannot be reached.", " Trying again …");
}

function notify(title, body, key) {
	if (document.hidden) views.paint(); // no frame is painted, but the title counts
	if (isHere() || permission() !== "granted") return;
	try {
		const notice = new Notification(visible(title), { body: visible(body).slice(0, 200), tag: key });
		notice.onclick = () => focus() ?? go(key);
		notices.set(key, notice);
	} catch {
		noNotices(); // Chrome on Android has them in service workers only
	}
}

function noNotices() {
	guard(() => navigator.vibrate?.(SHAKE));
	if (my.canNotify) views.hint("This browser cannot show notifications for this page. The count in its title shows what is new.");
	my.canNotify = false;
}

at("login").onsubmit = (event) => {
	event.preventDefault();
	put(at("denied"));
	login(at("nickname").value.trim(), at("password").value);
};
at("me").onclick = showMe;
at("join").onclick = () => {
	my.rooms = [];
	ask("list_rooms");
};
at("reload").onclick = () => location.reload();
at("skip").onclick = (event) => {
	event.preventDefault(); // the address is that of the conversation
	at("text").focus();
};
addEventListener("focus", changed);
// Of what a button does, too.
addEventListener("error", ({ error }) => error && report(error));
addEventListener("unhandledrejection", ({ reason }) => report(reason));
document.addEventListener("visibilitychange", changed);
addEventListener("popstate", () => at("app").hidden || enter(address.keyHere()));

try {
	if (localStorage && sessionStorage) start(hear);
} catch {
	put(document.body, "Duologue has to keep data in this browser. Allow that, then reload.");
}
