// The dialog.

import { LOBBY, ask, be, describe, enter, logOut } from "./client.js";
import { my, permission, shownName, views } from "./state.js";
import { roomKey } from "./names.js";
import { download } from "./past.js";
import { isRoom } from "./text.js";
import { at, button, el, put, sign, sync } from "./ui.js";

const box = at("dialog");
const close = () => box.close();
const act = (text, done) => button(text, () => close() ?? done());

let repaint = () => {}; // what can change in the open dialog

export const paintDialog = () => box.open && repaint();

function show(title, ...children) {
	repaint = () => {};
	box.replaceChildren(); // otherwise a field would keep what was typed into another
	put(box, el("header", el("h2", { id: "title" }, title), button("×", close, { ariaLabel: "Close" })), ...children);
	if (!box.open) box.showModal();
}

function form(word, done, ...fields) {
	const onsubmit = (event) => {
		event.preventDefault();
		close();
		done(...fields.map((field) => field.lastChild.value.trim()));
	};
	return el("form", { onsubmit }, fields, el("button.main", word));
}

const field = (label, props) => el("label", label, el("input", { autocomplete: "off", ...props }));

export const askTopic = ({ key: room, topic }) =>
	show(`What is ${room} about?`, form("Save", (text) => ask("set_topic", { room, topic: text }), field("Topic", { value: topic, maxLength: 200 })));

export function showMembers(talk) {
	const list = el("ul");
	const people = () => [...talk.members].sort().map((name) => ({ key: name, sign: shownName(name) }));
	const paint = () => sync(list, people(), ({ key }) => row(key, "", () => close() ?? views.go(key)));
	paint();
	show(`In ${talk.key}`, list);
	repaint = paint;
}

const row = (name, words, onclick) => el("li", button([sign(name), el("span.name", shownName(name), el("small", words))], onclick));

export function showRooms() {
	const name = field("Room", { required: true });
	const secret = field("Password, if any", { type: "password" });
	const make = form("Join or create", (room, password) => enter(roomKey(room), password || null), name, secret);
	const rows = my.rooms.map(({ room, members, has_password: isLocked, topic }) =>
		row(room, `${members} here${isLocked ? ", with a password" : ""} ${topic}`, () => {
			name.lastChild.value = room;
			if (isLocked) secret.lastChild.focus();
			else make.requestSubmit();
		}),
	);
	show("Rooms", el("ul", rows), make);
}

export function showMore(key) {
	const save = (kind) => act(`Save as .${kind}`, () => download(key, kind));
	const about = el("p", { role: "status" });
	show(shownName(key), about, el("p", ["txt", "json"].map(save)));
	if (!isRoom(key)) describe(key, (text) => put(about, text));
}

// Asks before something that the same button, or one beside it, cannot undo.
function askFirst(title, text, word, done) {
	show(title, el("p", text), el("p", el("button.danger", { type: "button", onclick: () => close() ?? done() }, word), button("Cancel", close)));
}

export function askBlock(nickname, done = () => {}) {
	const name = shownName(nickname);
	const text = `Nothing that ${name} writes or asks will reach you, and a chat with ${name} ends. ${name} is not told. You can unblock them under your own name.`;
	askFirst(`Block ${name}?`, text, `Block ${name}`, () => ask("block", { nickname }) && done());
}

export function askLeave(nickname, leave) {
	const text = `It ends for both of you, on all your devices. You can go on writing to ${shownName(nickname)}.`;
	askFirst("Leave the chat?", text, "Leave the chat", leave);
}

// A room ends with its last member.
export function leaveRoom({ key: room, members }) {
	const leave = () => ask("part_room", { room });
	if (members.size > 1 || room === LOBBY) leave();
	else askFirst(`Leave ${room}?`, "You are the last one here: when you leave, the room, its topic and everything said in it are gone.", `Leave ${room}`, leave);
}

function notices() {
	if (!my.canNotify) return el("small", "This browser cannot show notifications for this page.");
	if (permission() !== "default") return null;
	return button("Notify me when I am elsewhere", async () => {
		close();
		try {
			await Notification.requestPermission();
		} catch {
			views.hint("This browser cannot show notifications for this page.");
		}
	});
}

const MAY_ASK = { everyone: "Everyone", known: "People I have talked with", nobody: "Nobody" };

export function showMe() {
	const away = field("Away: why, or until when", { value: my.own.text, maxLength: 200 });
	const allow = el("select", { onchange: () => ask("allow_asking", { who: allow.value }) });
	for (const value in MAY_ASK) allow.append(el("option", { value, selected: value === my.mayAsk }, MAY_ASK[value]));
	show(
		shownName(my.me),
		el("p", act("Online", () => be("online")), act("Do not disturb", () => be("dnd"))),
		form("Away", (text) => be("away", text), away),
		el("label", "Who may ask me for a chat", allow),
		el("p", [...my.blocked].map((nickname) => act(`Unblock ${shownName(nickname)}`, () => ask("unblock", { nickname })))),
		el("p", notices(), button("Log out", logOut)),
	);
}
