// The part above the messages.

import { MOST, ask, enter, isEntering, logOut } from "./client.js";
import { leave } from "./delivery.js";
import { askBlock, askLeave, askTopic, leaveRoom, showMembers, showMore } from "./menu.js";
import { open as openSocket } from "./socket.js";
import { changed, how, my, shownName, views } from "./state.js";
import { at, button, el, sign, sync } from "./ui.js";
import { CHAT_IS, clock, inWords } from "./words.js";

const APART = { className: "apart" }; // not to be pressed by mistake for its neighbour
const LINKS = {
	lost: ["Connection lost. What you write is kept.", "Try now", openSocket],
	taken: ["Duologue is open somewhere else.", "Use it here", openSocket],
	over: ["The server has ended the session.", "Log in", logOut],
};

export function paintHead() {
	const { open, link, requests, why } = my;
	at("nothing").hidden = !!open;
	at("log").hidden = !open;
	const actions = open ? actionsIn(open) : [];
	const news = newsElsewhere();
	const row = open && { key: open.key, sign: `${actions.map(([name]) => name)} ${news} ${shownName(open.key)} ${about(open)}`, actions, news };
	sync(at("head"), row ? [row] : [], head);
	const [text, ...act] = LINKS[link] ?? [];
	sync(at("link"), text ? [{ key: link, sign: why }] : [], () => el("div", el("span", text, why && ` ${why}`), button(...act)));
	sync(at("requests"), [...requests].map(([key, until]) => ({ key, until })), request);
}

const newsElsewhere = () => [...my.talks.values()].reduce((sum, talk) => sum + (talk === my.open ? 0 : talk.unread), 0);

function about({ key, isRoom, isJoined, topic }) {
	if (isRoom) return topic || (isJoined ? "No topic yet" : "You are not in this room");
	if (my.blocked.has(key)) return "Blocked: nothing reaches you";
	if (my.partner === key) return "In a chat with you";
	if (my.lane?.key === key && !my.lane.isFree) return "In a chat on another device · what you write is a letter";
	return `${my.asked.has(key) ? "Waiting for an answer" : inWords(how(key))} · what you write is a letter`;
}

function actionsIn(talk) {
	const { key: nickname, isRoom, isJoined, members } = talk;
	const act = (text, type) => [text, () => ask(type, { nickname })];
	if (isRoom && !isJoined && !isEntering(nickname)) return [["Join", () => enter(nickname)]];
	if (isRoom) {
		const here = [`${members.size}${members.size < MOST ? "" : "+"} here`, () => showMembers(talk)];
		return [here, ["Topic", () => askTopic(talk)], ["Leave", () => leaveRoom(talk), APART]];
	}
	const block = my.blocked.has(nickname) ? act("Unblock", "unblock") : ["Block", () => askBlock(nickname), APART];
	if (nickname === (my.partner ?? my.lane?.key)) return [["Leave the chat", () => askLeave(nickname, leave)], block];
	return [my.asked.has(nickname) ? act("Cancel the request", "cancel_request") : ["Ask for a chat", () => askForChat(nickname), { title: CHAT_IS }], block];
}

const askForChat = (nickname) => ask("ask_for_chat", { nickname }) && views.hint(CHAT_IS);

function head({ key, actions, news }) {
	const words = news ? `Back to the list, ${news} unread` : "Back to the list";
	const back = button(["‹", news && el("b.news", news)], () => views.go(null), { className: "back", ariaLabel: words });
	const name = el("div.name", el("h2", shownName(key)), el("small", { dir: "auto" }, about(my.open)));
	const more = button("More", () => showMore(key));
	const apart = actions.filter(([, , props]) => props === APART);
	const others = actions.filter((action) => !apart.includes(action));
	return el("div", back, sign(key), name, el(`span.actions.${my.open.isRoom ? "room" : "person"}`, [...others, null, ...apart].map((action) => (action ? button(...action) : more))));
}

function request({ key: nickname, until }) {
	const forget = () => {
		my.requests.delete(nickname);
		changed();
	};
	const answer = (type) => {
		if (ask(type, { nickname })) forget();
		if (type === "accept_chat") views.go(nickname);
	};
	const act = (text, onclick, className = "") => button(text, onclick, { className, ariaLabel: `${text} ${shownName(nickname)}` });
	const words = el("span.name", el("b", shownName(nickname)), " wants to chat with you ", el("span.meta", `until ${clock(until)}`), el("small", CHAT_IS));
	return el("div.request", sign(nickname), words, act("Accept", () => answer("accept_chat"), "main"), act("Decline", () => answer("decline_chat")), act("Block", () => askBlock(nickname, forget), "apart"));
}
