// The box for writing, and its slash commands.

import { ask, be, enter, logOut, no, speak } from "./client.js";
import { leave } from "./delivery.js";
import { askBlock, showMembers, showMore } from "./menu.js";
import { isName, roomKey } from "./names.js";
import { search } from "./past.js";
import { tryNow } from "./socket.js";
import { draft, my, personKey, shownName, talkWith, views } from "./state.js";
import { clean, isRoom, isTooLong } from "./text.js";
import { showNewest } from "./log.js";
import { at } from "./ui.js";

// Touch screens: Enter breaks the line, as in every other box, and a button sends.
export const isTouch = matchMedia("(hover: none) and (pointer: coarse)");

const NO_FILES = "Files and pictures cannot be sent yet.";
const box = at("text");
let talk = null;

export function paintCompose() {
	const { open } = my;
	at("compose").hidden = !open;
	box.placeholder = box.ariaLabel = `Message to ${shownName(open?.key)}`;
	if (open === talk && (box.value || !open?.draft)) return; // or another tab was writing here
	talk = open;
	box.value = open?.draft ?? "";
	typed();
}

function typed() {
	if (talk && talk.draft !== box.value) draft(talk, box.value);
	box.style.height = "auto";
	box.style.height = `${box.scrollHeight + 2}px`;
	views.hint(isTooLong(clean(box.value)) ? "That is too long." : "");
}

function submit(event) {
	event.preventDefault();
	tryNow();
	const text = box.value;
	const from = talk;
	draft(from, "");
	const isTaken = /^\/(?!\/|me\s)/.test(text) ? obey(text) : speak(talk, text.replace(/^\/\//, "/"));
	if (!isTaken) return draft(from, text);
	box.value = talk.draft; // perhaps of another conversation by now
	typed();
	if (talk === from) showNewest();
}

box.oninput = typed;
at("compose").onsubmit = submit;
box.enterKeyHint = isTouch.matches ? "enter" : "send";
box.onkeydown = (event) => {
	const { key, shiftKey, ctrlKey, metaKey, isComposing, keyCode } = event;
	const isPlain = !shiftKey && !isTouch.matches;
	if (key === "Enter" && (isPlain || ctrlKey || metaKey) && !isComposing && keyCode !== 229) submit(event);
};
at("send").onpointerdown = (event) => event.preventDefault(); // keeps the keyboard of a phone open

// Text that comes with its picture, as from a spreadsheet, is pasted as usual.
// Wherever the keyboard is: browsers say nothing of a picture that no box takes.
addEventListener("paste", (event) => {
	const { files, types } = event.clipboardData;
	if (!files.length || types.includes("text/plain")) return;
	event.preventDefault(); // a browser goes on to tell the box of a change, which takes the hint away
	views.hint(NO_FILES);
});
// Browsers open what is dropped beside the box in place of the page.
addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
	if (!hasFiles(event)) return;
	event.preventDefault();
	views.hint(NO_FILES);
});
const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

// An unknown command is never sent.
function obey(text) {
	const [, word, rest] = text.match(/^\/(\S*)\s*([^]*?)\s*$/);
	views.hint("");
	if (Object.hasOwn(WORDS, word)) return WORDS[word](rest, ...rest.split(/\s+/)) !== false;
	return no(`There is no /${word}. There are /${Object.keys(WORDS).join(" /")} /me; //x says /x.`);
}

const nameIn = (typed) => (typed ? personKey(typed) : talk.key);
const about = (type) => (name) => ask(type, { nickname: nameIn(name) });

function letter(name, text) {
	const key = isRoom(name) ? roomKey(name) : personKey(name);
	if (!isName(key)) return no("Say who it is for.");
	if (!speak(talkWith(key), text)) return false;
	return views.go(key);
}

// Nothing that changes a room for everybody is guessed: only a word with its mark is a room, and "-" removes the topic.
function topic(rest, name) {
	const isNamed = isRoom(name);
	const text = isNamed ? rest.slice(name.length).trim() : rest;
	return ask("set_topic", { room: isNamed ? roomKey(name) : talk.key, topic: text === "-" ? "" : text || null });
}

const WORDS = {
	chat: about("ask_for_chat"),
	msg: (rest, name) => letter(name, rest.slice(name.length).trim()),
	quit: leave,
	join: (rest, name, password) => (name ? enter(roomKey(name), password) : false),
	part: (name) => ask("part_room", { room: name ? roomKey(name) : talk.key }),
	topic,
	names: (name) => (isRoom(name || talk.key) ? showMembers(talkWith(name ? roomKey(name) : talk.key)) : no("This is not a room.")),
	away: (text) => be("away", text),
	dnd: () => be("dnd"),
	back: () => be("online"),
	block: (name) => askBlock(nameIn(name)),
	unblock: about("unblock"),
	whois: (name) => showMore(nameIn(name)),
	who: () => at("find").focus(),
	search,
	exit: logOut,
};
