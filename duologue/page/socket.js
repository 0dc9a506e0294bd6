// A WebSocket of JSON frames that reconnects by itself.

import { Backoff, LONGEST } from "./backoff.js";

const BEAT = 15_000; // ms: docs/protocol.md, 7.2
const DEAD_AFTER = 45_000; // ms: the same, 8.2
const backoff = new Backoff(Math.random);

export let isOn = false; // whether there is a session
let socket = null;
let isWanted = false;
let tries = 0;
let timer = 0;
let heard = 0;
let since = 0; // of this session
let hooks; // opened(), frame(event), lost(failures), beat()

export function watch(all) {
	hooks = all;
	setInterval(beat, BEAT);
	addEventListener("online", hurry);
	document.addEventListener("visibilitychange", () => document.hidden || hurry());
}

const isOpen = () => socket?.readyState === WebSocket.OPEN;

export function open() {
	close();
	isWanted = true;
	heard = Date.now();
	// Beside the page, wherever a proxy has put that.
	const mine = new WebSocket(new URL("socket", location.href).href.replace("http", "ws"));
	socket = mine;
	const ours = (act) => (event) => mine === socket && act(event);
	mine.onopen = ours(hooks.opened);
	mine.onclose = ours(lose);
	mine.onmessage = ours(({ data }) => {
		heard = Date.now();
		hooks.frame(JSON.parse(data));
	});
}

export function sendRaw(type, fields) {
	if (isOpen()) socket.send(JSON.stringify({ type, ...fields }));
	return isOpen();
}

// Returns false if there is no session.
export const send = (type, fields) => isOn && sendRaw(type, fields);

export function settle() {
	isOn = true;
	tries = 0;
	since = Date.now();
}

function lose() {
	socket = null;
	if (isOn && Date.now() - since > LONGEST * 1000) backoff.reset();
	isOn = false;
	tries += 1;
	if (isWanted) wait();
	hooks.lost(tries); // failures in a row
}

function wait() {
	clearTimeout(timer);
	timer = setTimeout(open, backoff.nextWait() * 1000);
}

// The server is there, and lets nobody in now.
export function turnedAway() {
	backoff.turnedAway();
	if (isWanted && !socket) wait();
}

// The same, said by the server itself on this connection.
export function tryLater() {
	close();
	isWanted = true;
	backoff.turnedAway();
	wait();
	hooks.lost(0);
}

// Between two sessions: connect at once instead of waiting. Harmless where there is nothing to wait for.
export function tryNow() {
	if (isWanted && !socket) open();
}

function hurry() {
	tryNow();
	beat();
}

function beat() {
	if (!isOpen()) return;
	if (Date.now() - heard > DEAD_AFTER) {
		socket.close();
		lose();
	} else if (isOn) hooks.beat();
}

export function close() {
	clearTimeout(timer);
	isWanted = isOn = false;
	const before = socket;
	socket = null;
	before?.close();
}
