// Above the messages.

import { MOST, ask, join, logOut } from "./client.js";
import { leave } from "./delivery.js";
import { askTopic, showMembers, showMore } from "./menu.js";
import { open as openSocket } from "./socket.js";
import { changed, how, my, views } from "./state.js";
import { at, button, el, sign, sync } from "./ui.js";
import { clock, inWords } from "./words.js";

const LINKS = {
	lost: ["Connection lost. What you write is kept.", "Try now", openSocket],
	taken: ["You use Duologue somewhere else now.", "Use it here", openSocket],
	over: ["The server has ended the session.", "Log in", logOut],
};

export function paintHead() {
	const { open, link, requests } = my;
	const actions = open ? actionsIn(open) : [];
	const row = open && { key: open.key, sign: `${actions.map(([name]) => name)} ${about(open)}`, actions };
	sync(at("head"), row ? [row] : [], head);
	const [text, ...act] = LINKS[link] ?? [];
	sync(at("link"), text ? [{ key: link }] : [], () => el("div", text, button(...act)));
	sync(at("requests"), [...requests].map(([key, until]) => ({ key, until })), request);
}

function about({ key, isRoom, isJoined, topic }) {
	if (isRoom) return topic || (isJoined ? "No topic yet" : "You are not in this room");
	if (my.blocked.has(key)) return "Blocked: nothing reaches you";
	if (my.partner === key) return "In a chat with you";
	return `${my.asked.has(key) ? "Waiting for an answer" : inWords(how(key))} · what you write is a letter`;
}

function actionsIn(talk) {
	const { key: nickname, isRoom, isJoined, members } = talk;
	const act = (text, type, fields = { nickname }) => [text, () => ask(type, fields)];
	if (isRoom && !isJoined) return [["Join", () => join(nickname)]];
	if (isRoom) return [[`${members.size}${members.size < MOST ? "" : "+"} here`, () => showMembers(talk)], ["Topic", () => askTopic(talk)], act("Leave", "part_room", { room: nickname })];
	const block = my.blocked.has(nickname) ? act("Unblock", "unblock") : act("Block", "block");
	if (my.partner === nickname) return [["Leave the chat", leave], block];
	return [my.asked.has(nickname) ? act("Cancel the request", "cancel_request") : act("Ask for a chat", "ask_for_chat"), block];
}

function head({ key, actions }) {
	const back = button("‹", () => views.go(null), { className: "back", ariaLabel: "Back to the list" });
	const name = el("div.name", el("h2", key), el("small", { dir: "auto" }, about(my.open)));
	return el("div", back, sign(key), name, el("span.actions", actions.map((action) => button(...action)), button("More", () => showMore(key))));
}

function request({ key: nickname, until }) {
	const answer = (type) => {
		if (ask(type, { nickname })) my.requests.delete(nickname);
		if (type === "accept_chat") views.go(nickname);
		changed();
	};
	const act = (text, type, className = "") => button(text, () => answer(type), { className, ariaLabel: `${text} ${nickname}` });
	const words = el("span.name", el("b", nickname), " wants to chat with you ", el("span.meta", `until ${clock(until)}`));
	return el("div.request", sign(nickname), words, act("Accept", "accept_chat", "main"), act("Decline", "decline_chat"), act("Block", "block"));
}
