// What the views do for the client, and news for who looks elsewhere.

import { LOBBY, ask, login, open, start } from "./client.js";
import { paintCompose } from "./compose.js";
import { paintHead } from "./head.js";
import { hear } from "./hearing.js";
import { paintLog } from "./log.js";
import { described, showMe, showRooms } from "./menu.js";
import { paintSidebar } from "./sidebar.js";
import { changed, my, paint, see, views } from "./state.js";
import { visible } from "./text.js";
import { announce, at, put } from "./ui.js";

const narrow = matchMedia("(width<700px)");
const show = (isIn) => (at("app").hidden = !(at("welcome").hidden = isIn));

Object.assign(views, {
	login(text, wantsPassword = false) {
		show(false);
		put(at("denied"), text);
		at("secret").hidden = !wantsPassword;
		at("nickname").value ||= sessionStorage.nickname ?? "";
		at(wantsPassword ? "password" : "nickname").focus();
	},
	begun() {
		const isFirst = at("app").hidden;
		at("password").value = "";
		show(true);
		if (my.open) open(my.open.key);
		else if (isFirst && !narrow.matches) go(LOBBY);
		changed();
	},
	paint() {
		for (const part of [paintSidebar, paintHead, paintCompose, paintLog]) part();
		const news = [...my.talks.values()].reduce((sum, talk) => sum + talk.unread, my.requests.size);
		document.title = news ? `(${news}) Duologue` : "Duologue";
	},
	arrived(talk, { who, text }) {
		if (talk === my.open || !talk.isRoom) announce(`${who}: ${text}`);
		notify(talk.isRoom ? `${who} in ${talk.key}` : who, text, talk.key);
	},
	requested(nickname) {
		announce(`${nickname} wants to chat with you.`);
		notify(nickname, "wants to chat with you", nickname);
	},
	go,
	rooms: showRooms,
	described,
	hint: (text) => put(at("hint"), text),
	isLookedAt: () => !document.hidden && document.hasFocus(),
});

function go(key) {
	if (key && narrow.matches && !my.open) history.pushState(null, "");
	open(key);
	document.body.classList.toggle("talking", !!key);
	paint();
	if (key) at("text").focus();
}

function notify(title, body, key) {
	if (document.hidden) views.paint(); // no frame comes, but the title counts
	if (views.isLookedAt() || globalThis.Notification?.permission !== "granted") return;
	const notice = new Notification(visible(title), { body: visible(body).slice(0, 200), tag: key });
	notice.onclick = () => focus() ?? go(key);
}

function looked() {
	if (my.open && views.isLookedAt()) see(my.open);
	changed();
}

at("login").onsubmit = (event) => {
	event.preventDefault();
	put(at("denied"));
	login(at("nickname").value.trim(), at("password").value);
};
at("nickname").oninput = () => {
	at("secret").hidden = true;
	at("password").value = "";
};
at("me").onclick = showMe;
at("join").onclick = () => {
	my.rooms = [];
	ask("list_rooms");
};
addEventListener("focus", looked);
document.addEventListener("visibilitychange", looked);
addEventListener("popstate", () => narrow.matches && go(null));

try {
	if (localStorage && sessionStorage) start(hear);
} catch {
	put(document.body, "Duologue has to keep data in this browser. Allow that, then reload.");
}
