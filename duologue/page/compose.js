// The box to write in, and its words that begin with a slash.

import { ask, be, join, logOut, no, search, speak } from "./client.js";
import { leave } from "./delivery.js";
import { showMore } from "./menu.js";
import { my, talkWith, views } from "./state.js";
import { clean, isName, isRoom, isTooLong, nameKey, roomKey } from "./text.js";
import { at } from "./ui.js";

const box = at("text");
let talk = null;

export function paintCompose() {
	const { open } = my;
	at("compose").hidden = !open;
	if (open === talk) return;
	talk = open;
	box.value = open?.draft ?? "";
	box.placeholder = box.ariaLabel = `Message to ${open?.key}`;
	typed();
}

function typed() {
	if (talk) talk.draft = box.value;
	box.style.height = "auto";
	box.style.height = `${box.scrollHeight + 2}px`;
	views.hint(isTooLong(clean(box.value)) ? "That is too long." : "");
}

function submit(event) {
	event.preventDefault();
	const text = box.value;
	const from = talk;
	from.draft = "";
	const isTaken = /^\/(?!\/|me\s)/.test(text) ? obey(text) : speak(talk, text.replace(/^\/\//, "/"));
	if (!isTaken) return void (from.draft = text);
	box.value = talk.draft; // maybe of another conversation by now
	typed();
}

box.oninput = typed;
at("compose").onsubmit = submit;
box.onkeydown = (event) => {
	if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
};

// A word that nobody knows is never sent.
function obey(text) {
	const [, word, rest] = text.match(/^\/(\S*)\s*([^]*?)\s*$/);
	views.hint("");
	if (Object.hasOwn(WORDS, word)) return WORDS[word](rest, ...rest.split(/\s+/)) !== false;
	return no(`There is no /${word}. There are /${Object.keys(WORDS).join(" /")} /me; //x says /x.`);
}

const nameIn = (typed) => (typed ? nameKey(typed) : talk.key);
const about = (type) => (name) => ask(type, { nickname: nameIn(name) });

function letter(name, text) {
	const key = isRoom(name) ? roomKey(name) : nameKey(name);
	if (!isName(key.replace("#", ""))) return no("Say to whom.");
	if (!speak(talkWith(key), text)) return false;
	return views.go(key);
}

const WORDS = {
	chat: about("ask_for_chat"),
	msg: (rest, name) => letter(name, rest.slice(name.length).trim()),
	quit: leave,
	join: (rest, name, password) => (name ? join(roomKey(name), password, true) : false),
	part: (name) => ask("part_room", { room: name ? roomKey(name) : talk.key }),
	topic: (topic) => ask("set_topic", { room: talk.key, topic }),
	away: (text) => be("away", text),
	dnd: () => be("dnd"),
	back: () => be("online"),
	block: about("block"),
	unblock: about("unblock"),
	whois: (name) => showMore(nameIn(name)),
	who: () => at("find").focus(),
	search,
	exit: logOut,
};
