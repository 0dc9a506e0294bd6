// Makes elements and lists. Texts come onto the page only here, made visible.

import { visible } from "./text.js";

export const at = (id) => document.getElementById(id);

// A `tag.class`, maybe properties; children are elements, texts, or nothing.
export function el(tag, ...children) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	if (children[0]?.constructor === Object) Object.assign(element, children.shift());
	element.classList.add(...classes);
	put(element, ...children);
	return element;
}

export function put(element, ...children) {
	const shown = children.flat().filter((child) => child);
	element.replaceChildren(...shown.map((child) => (child instanceof Node ? child : visible(String(child)))));
}

// `parent` gets a child for each item {key, sign}, made anew where its sign has changed.
export function sync(parent, items, make) {
	const before = parent.kept ?? new Map();
	parent.kept = new Map();
	for (const item of items) {
		const old = before.get(item.key);
		const isSame = old && old.sign === item.sign;
		parent.kept.set(item.key, isSame ? old : { sign: item.sign, node: replace(old?.node, make(item)) });
		before.delete(item.key);
	}
	for (const { node } of before.values()) node.remove();
	let next = parent.firstChild;
	for (const { node } of parent.kept.values()) {
		if (node === next) next = next.nextSibling;
		else parent.insertBefore(node, next);
	}
}

// The keyboard stays where it is.
function replace(old, node) {
	const buttons = (from) => [...(from?.querySelectorAll("button") ?? [])];
	const place = buttons(old).indexOf(document.activeElement);
	old?.replaceWith(node);
	buttons(node)[place]?.focus();
	return node;
}

export const button = (text, onclick, props) => el("button", { type: "button", onclick, ...props }, text);
export const hidden = (text) => el("span.sr", text);

// A round sign for a name, always of the same colour.
export function sign(name) {
	const sign = el("span.sign", { ariaHidden: true }, [...name.replace("~", "")][0]?.toUpperCase());
	const hue = [...name].reduce((sum, char) => sum * 7 + char.codePointAt(0), 0) % 360;
	sign.style.background = `hsl(${hue} 45% 32%)`;
	return sign;
}

// For those who listen.
export function announce(text) {
	at("told").prepend(el("p", text));
	at("told").children[9]?.remove();
}
