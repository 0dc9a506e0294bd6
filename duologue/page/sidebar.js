// Rooms, conversations, people, and the search.

import { search, show } from "./past.js";
import { nameKey } from "./names.js";
import * as feed from "./feed.js";
import { changed, how, my, paint, personKey, shownName, views } from "./state.js";
import { isRoom } from "./text.js";
import { at, button, el, hidden, put, sign, sync } from "./ui.js";
import { dateTime, inWords, shortTime } from "./words.js";

const find = at("find");
const rows = () => [...at("lists").querySelectorAll("li button")];

find.oninput = paint;
find.onkeydown = ({ key }) => {
	const words = find.value.trim();
	if (key === "ArrowDown") rows()[0]?.focus();
	if (key !== "Enter" || !words) return;
	const exact = rows().find((row) => row.dataset.key === personKey(words));
	if (exact) exact.click();
	else search(words);
};

addEventListener("keydown", (event) => {
	const { key, target } = event;
	if (key === "Escape" && !at("dialog").open) clear();
	if (key === "k" ? !event.ctrlKey && !event.metaKey : key !== "/" || target.closest("input, textarea, dialog")) return;
	event.preventDefault();
	document.body.classList.remove("talking");
	find.select();
});

// Up and down move in the lists; Tab leaves one.
at("lists").onkeydown = (event) => {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (!step) return;
	event.preventDefault();
	rows()[rows().indexOf(event.target) + step]?.focus();
};

function clear() {
	find.value = "";
	my.found = null;
	changed();
}

export function paintSidebar() {
	const { talks, people, me, own, found, open } = my;
	const wanted = nameKey(find.value.trim());
	const fits = (key) => nameKey(key).includes(wanted);
	const all = [...talks.values()].filter(({ key }) => fits(key));
	const keys = (wanted) => all.filter(wanted).map(({ key }) => key);
	all.sort((a, b) => b.at - a.at);
	const known = keys((talk) => !talk.isRoom && (talk.at || talk === open));
	const others = [...people.keys()].filter((name) => name !== me && !known.includes(name) && fits(name));
	list("rooms", keys((talk) => talk.isRoom).sort());
	list("talks", known);
	list("people", others.sort());
	at("talkshead").hidden = !known.length;
	put(at("count"), `${people.size} here`);
	at("me").dataset.state = own.state;
	put(at("me"), el("span", sign(me), el("span.name", shownName(me), el("small", inWords(own)))));
	at("results").hidden = !found;
	sync(at("results"), found ? [{ key: "", sign: found }] : [], results);
}

function list(id, keys) {
	const first = keys.includes(my.open?.key) ? my.open.key : keys[0];
	sync(
		at(id),
		keys.map((key) => {
			const row = { key, shown: shownName(key).replace("#", ""), isFirst: key === first, unread: my.talks.get(key)?.unread, isOpen: my.open?.key === key, how: how(key).state };
			row.word = isRoom(key) ? "" : my.partner === key ? "in a chat with you" : inWords(how(key));
			row.line = lineOf(my.talks.get(key));
			return { ...row, sign: Object.values(row).join() };
		}),
		make,
	);
}

// The newest message of a conversation, for its row, and when it was.
function lineOf(talk) {
	if (!talk?.last) return null;
	const { who, text } = talk.last;
	const name = who === my.me ? "You: " : talk.isRoom ? `${shownName(who)}: ` : "";
	return [name + text.replace(/\s+/g, " "), shortTime(talk.at)];
}

function make({ key, shown, isFirst, unread, isOpen, how, word, line }) {
	const below = line ? [el("small", { dir: "auto" }, line[0]), hidden(` ${word}`)] : el("small", word);
	const beside = el("span.beside", line && el("small", line[1]), unread ? el("b.news", most(unread), hidden(" unread")) : null);
	const children = [sign(key), el("span.name", shown, below), beside];
	const row = button(children, () => views.go(key), { title: shown, tabIndex: isFirst ? 0 : -1, ariaCurrent: isOpen || null });
	row.dataset.key = key;
	if (word) row.dataset.state = how;
	return el("li", row);
}

// The server counts to 100.
export const most = (count) => (count > 99 ? "99+" : count);

const NEAR = 300; // px
at("lists").onscroll = () => at("talks").getBoundingClientRect().bottom < at("lists").getBoundingClientRect().bottom + NEAR && feed.listMore();

function results({ sign: items }) {
	const head = el("h2", `${items.length} found`, button("×", clear, { ariaLabel: "Close" }));
	const row = (item) => {
		const { key, who, at, text } = item;
		const where = `${key === who ? "" : `to ${shownName(key)}, `}${dateTime(at)}`;
		return button([el("b", shownName(who)), el("small", where), el("span.text", { dir: "auto" }, text)], () => show(item));
	};
	return el("div", head, items.map(row));
}
