// Which device of its account a tab is: the first of d1, d2, … of this browser that no other tab is. It has the memory of
// the tab that was it before. Where a browser has no locks, each tab is one of its own.

import { guard } from "./guard.js";
import { devicesOf, folder, inheritFrom, tab } from "./memory.js";
import { newName } from "./text.js";

const MOST = 100; // tabs: the server allows fewer
const WAIT = 1000; // ms: a tab that is being reloaded still holds its own lock for a moment
const BROWSER = `duologue${folder}browser`;
const HERE_EVERY = 15_000; // ms: a tab without a lock says that it is there; a hidden one says so once a minute
const LEFT_AFTER = 10 * 60_000; // ms

const { locks } = navigator;
let browser; // its name
let holding = null; // {account, device, release}
if (!locks) setInterval(() => guard(beHere), HERE_EVERY);

const lockOf = (account, device) => `duologue${folder}${account}/${device}`;
const seenAt = (account, device) => `duologue${folder}${account}/${device}/seen`;

// The name on the wire: random, and the same for as long as the browser keeps its data.
export function wireName() {
	browser ??= localStorage[BROWSER] ?? newName();
	guard(() => (localStorage[BROWSER] = browser));
	return `${browser}-${holding.device}`;
}

// Returns the name of this device in the memory of the browser.
export const mine = () => holding.device;

// Becomes a device of the account.
export async function claim(account) {
	if (holding?.account === account) return;
	holding?.release();
	const before = tab.get("device");
	if (!locks) holding = { account, device: before ?? newName(), release: () => {} };
	else holding = (before && (await held(account, before, { signal: AbortSignal.timeout(WAIT) }))) || (await firstFree(account));
	tab.set("device", holding.device);
}

async function firstFree(account) {
	for (let number = 1; number < MOST; number += 1) {
		const found = await held(account, `d${number}`, { ifAvailable: true });
		if (found) return found;
	}
	return { account, device: newName(), release: () => {} };
}

// Returns what is held for as long as the tab lives, or until it is released; undefined where another tab holds it.
function held(account, device, how) {
	return new Promise((resolve) => {
		const hold = (lock) => (lock ? new Promise((release) => resolve({ account, device, release })) : resolve());
		locks.request(lockOf(account, device), how, hold).catch(() => resolve());
	});
}

// Somebody else has logged in as this device, perhaps with a copy of this browser's data: from now on it is another one.
export function becomeAnother() {
	browser = newName();
	if (locks) return;
	tab.forget("device");
	holding = null;
}

// Takes over what devices whose tabs are closed have not sent.
export async function inheritAll() {
	const { account, device } = holding;
	beHere();
	for (const other of devicesOf(account)) {
		if (other === device) continue;
		if (!locks) takeIfLeft(account, other);
		else await locks.request(lockOf(account, other), { ifAvailable: true }, (lock) => lock && holding?.account === account && inheritFrom(other));
	}
}

function beHere() {
	if (holding && !locks) localStorage[seenAt(holding.account, holding.device)] = Date.now();
}

function takeIfLeft(account, other) {
	const key = seenAt(account, other);
	if (Date.now() - (localStorage[key] ?? 0) < LEFT_AFTER) return;
	inheritFrom(other);
	delete localStorage[key];
}
