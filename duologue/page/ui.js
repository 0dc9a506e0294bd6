// Makes elements and lists. Text comes onto the page only here, made visible.

import { report } from "./guard.js";
import { visible } from "./text.js";

export const at = (id) => document.getElementById(id);

// Makes a `tag.class`, with optional properties; children are elements, texts, or nothing.
export function el(tag, ...children) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	if (children[0]?.constructor === Object) Object.assign(element, children.shift());
	element.classList.add(...classes);
	element.append(...nodes(children));
	return element;
}

const nodes = (children) =>
	children
		.flat()
		.filter((child) => child)
		.map((child) => (child instanceof Node ? child : document.createTextNode(visible(String(child)))));

// Replaces the children of the element; those that are there already and still wanted stay.
export const put = (element, ...children) => settle(element, nodes(children));

// Gives `parent` a child for each item {key, sign}. If a sign has changed, only the differences are applied: a selection
// and the keyboard stay where they are.
export function sync(parent, items, make) {
	const before = parent.kept ?? new Map();
	parent.kept = new Map();
	for (const item of items) {
		const old = before.get(item.key);
		const isSame = old && old.sign === item.sign;
		parent.kept.set(item.key, isSame ? old : { sign: item.sign, node: turn(old?.node, made(make, item)) });
		before.delete(item.key);
	}
	for (const { node } of before.values()) node.remove();
	let next = parent.firstChild;
	for (const { node } of parent.kept.values()) {
		if (node === next) next = next.nextSibling;
		else parent.insertBefore(node, next);
	}
}

// An item that cannot be shown must not hide the others.
function made(make, item) {
	try {
		return make(item);
	} catch (error) {
		report(error);
		return el("div.row", item.plain ?? "This cannot be shown.");
	}
}

function turn(old, fresh) {
	if (!old || kind(old) !== kind(fresh)) {
		old?.replaceWith(fresh);
		return fresh;
	}
	patch(old, fresh);
	return old;
}

const kind = (node) => `${node.nodeName} ${node.classList?.[0] ?? ""}`;

function settle(parent, wanted) {
	let old = parent.firstChild;
	for (const node of wanted) {
		const same = next(old, node);
		if (same) {
			while (old !== same) old = removed(old);
			old = old.nextSibling;
			if (same !== node) patch(same, node);
		} else parent.insertBefore(node, old);
	}
	while (old) old = removed(old);
}

// Finds, from `old` on, the first that can become `node`.
function next(old, node) {
	let same = old;
	while (same && same !== node && kind(same) !== kind(node)) same = same.nextSibling;
	return same;
}

function removed(node) {
	const { nextSibling } = node;
	node.remove();
	return nextSibling;
}

function patch(old, fresh) {
	if (old.nodeType === Node.TEXT_NODE) {
		if (old.data !== fresh.data) old.data = fresh.data;
		return;
	}
	for (const { name } of [...old.attributes]) if (name !== "style" && !fresh.hasAttribute(name)) old.removeAttribute(name);
	for (const { name, value } of fresh.attributes) if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
	if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText; // as an attribute it is forbidden here
	old.onclick = fresh.onclick;
	settle(old, [...fresh.childNodes]);
}

// A second click at once was meant for what stood there, not for what has come into its place.
const once = (act) => (event) => event.detail > 1 || act(event);
export const button = (text, act, props) => el("button", { type: "button", onclick: once(act), ...props }, text);
export const hidden = (text) => el("span.sr", text);

// A round sign for a name, always in the same colour.
export function sign(name) {
	const sign = el("span.sign", { ariaHidden: true }, [...name.replace(/^[~#]/, "")][0]?.toUpperCase());
	const hue = [...name].reduce((sum, char) => sum * 7 + char.codePointAt(0), 0) % 360;
	sign.style.background = `hsl(${hue} 45% 32%)`;
	return sign;
}

// For screen readers.
export function announce(text) {
	at("told").prepend(el("p", text));
	at("told").children[9]?.remove();
}
