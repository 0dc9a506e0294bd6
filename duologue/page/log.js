// The messages: those on the screen, and some around.

import { markOf } from "./marks.js";
import { read } from "./past.js";
import { my, shownName } from "./state.js";
import { actionIn } from "./text.js";
import { at, el, hidden, put, sync } from "./ui.js";
import { MARKS, clock, dateTime, day } from "./words.js";

const AROUND = 800; // px
const GUESS = 44; // px
const NEAR = 30; // px
const GROUP = 300; // s
const MOST_HELD = 500; // rows beyond those

const FOUND_AT = 1 / 3; // of the height, from the top: what was said before it is visible too

const box = at("log");
const down = at("down");
const [above, rows, below] = box.children;
let talk = null;
let items = [];
let anchor = null; // {item, offset} that stays in place; null: the end
let last = null; // the newest item when the end was visible
let width = 0;

const height = (item) => item.height ?? GUESS;
const sum = (from, to) => items.slice(from, to).reduce((total, item) => total + height(item), 0);

export function paintLog() {
	if (my.open !== talk) {
		anchor = null;
		sync(rows, []);
	}
	talk = my.open;
	items = talk?.timeline.items ?? [];
	for (let turn = 0; turn < 3 && place(); turn += 1);
	if (isAtEnd()) anchor = null; // all that follows is on the screen: there it goes on
	paintDown();
}

// Counts what is new below the visible part.
function paintDown() {
	if (!anchor) last = items.at(-1);
	const since = items.lastIndexOf(last);
	const news = since < 0 ? 0 : items.slice(since + 1).filter(({ isMine, note }) => !isMine && !note).length;
	down.hidden = !anchor;
	down.title = down.ariaLabel = news ? `${news} new messages below: go to the newest` : "Go to the newest messages";
	put(down, news && el("b.news", news), "↓");
}

// Whether the newest message is on the screen.
export const isNewest = () => !anchor && talk === my.open;

export function showNewest() {
	anchor = null;
	paintLog();
}
down.onclick = showNewest;

export function reveal(item) {
	paintLog(); // perhaps of another conversation until now
	anchor = { item, offset: box.clientHeight * FOUND_AT };
	paintLog();
}

// Where what is selected begins and ends: it stays, to be copied, wherever the log goes on.
function heldRows() {
	const selection = getSelection();
	if (selection.isCollapsed || !rows.contains(selection.anchorNode)) return [];
	const ids = [...(rows.kept ?? [])].filter(([, { node }]) => selection.containsNode(node, true)).map(([id]) => id);
	return [ids[0], ids.at(-1)].map((id) => items.findIndex((item) => item.id === id)).filter((place) => place >= 0);
}

const isAtEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

function place() {
	let first = anchor ? items.indexOf(anchor.item) : -1;
	if (first < 0) anchor = null;
	const index = anchor ? first : items.length;
	const view = box.clientHeight;
	let end = (first = index);
	for (let room = AROUND + (anchor ? anchor.offset : view); room > 0 && first > 0; room -= height(items[first])) first -= 1;
	for (let room = AROUND + view; room > 0 && end < items.length; end += 1) room -= height(items[end]);
	const held = heldRows();
	if (first - held[0] < MOST_HELD) first = Math.min(first, held[0]);
	if (held.at(-1) - end < MOST_HELD) end = Math.max(end, held.at(-1) + 1);
	const shown = items.slice(first, end).map((item, place) => rowOf(items[first + place - 1], item));
	sync(rows, shown, make);
	const unknown = shown.filter(({ item, sign }) => item.measured !== sign);
	for (const { item, sign } of unknown) Object.assign(item, { measured: sign, height: rows.kept.get(item.id).node.getBoundingClientRect().height });
	above.style.height = `${sum(0, first)}px`;
	below.style.height = `${sum(end)}px`;
	box.scrollTop = anchor ? sum(0, index) - anchor.offset : box.scrollHeight;
	return unknown.length;
}

box.onscroll = () => {
	const { scrollTop } = box;
	let top = 0;
	const item = items.find((each) => (top += height(each)) > scrollTop);
	anchor = isAtEnd() || !item ? null : { item, offset: top - height(item) - scrollTop };
	paintLog();
	if (scrollTop < AROUND && talk?.timeline.before) read(talk, talk.timeline.before);
};

new ResizeObserver(() => {
	if (box.clientWidth !== width) for (const item of items) item.measured = null;
	width = box.clientWidth;
	paintLog();
}).observe(box);

function rowOf(before, item) {
	const isDay = !before || day(before.at) !== day(item.at);
	const isUnread = talk.firstUnread === item.id;
	const isGroup = !isDay && !isUnread && before.who === item.who && item.at - before.at < GROUP;
	const mark = item.isMine && markOf(item.id);
	const isFound = my.marked === item.id;
	const sign = [isDay, isUnread, isGroup, isFound, mark, shownName(item.who)].join();
	return { item, key: item.id, isDay, isUnread, isGroup, isFound, mark, sign, plain: `${item.who}: ${item.text}` };
}

function make({ item, isDay, isUnread, isGroup, isFound, mark }) {
	const date = isDay && el("p.day", day(item.at));
	const body = item.note ? el("p.note", { dir: "auto" }, item.note) : message(item, isGroup, mark);
	return el(`div.row${isFound ? ".found" : ""}`, date, isUnread && el("p.unread", "New"), body);
}

function message({ who, text, at, isMine }, isGroup, mark) {
	const action = actionIn(text);
	const shown = shownName(who);
	const name = talk.isRoom && !isMine && !isGroup && !action ? el("b.who", shown) : !action && hidden(`${isMine ? "You" : shown}: `);
	const said = el("span.text", { dir: "auto" }, action ? el("em", `* ${shown} ${action}`) : text);
	const [sign, word] = MARKS[mark] ?? [];
	const meta = el("span.meta", el("time", { title: dateTime(at) }, clock(at)), mark && el(`span.mark.${mark}`, { title: word }, ` ${sign}`, hidden(word)));
	return el(`div.message${isMine ? ".mine" : ""}${isGroup ? ".group" : ""}`, name, said, meta);
}
