// What each event changes.

import { arrive, count, joining, keepRoom, open, read, recalls, remember } from "./client.js";
import { idOf, markOf } from "./delivery.js";
import { kept, save } from "./memory.js";
import { send } from "./socket.js";
import { my, talkWith, views } from "./state.js";
import { isRoom } from "./text.js";
import { newId } from "./timeline.js";
import { sentence } from "./words.js";

const NO_ENTRY = /^(wrong_password|room_\w+|too_many_rooms|bad_room|throttled|busy)$/;
const NO_PAGE = /^(no_history|not_in_room|no_room)$/;

export const hear = (event) => EVENTS[event.type]?.(event);

const now = () => Date.now() / 1000;
const said = ({ nickname: who, stream, number, text, at = now() }) => arrive(talkWith(who), { id: idIn(who, stream, number), who, text, at });
const idIn = (who, stream, position) => `${who} ${stream} ${position}`;
const idInRoom = (number, at) => `#${number} ${at}`; // without a history numbers begin again
const tell = (key, event) => arrive(talkWith(key), { id: newId(), at: now(), note: sentence(event) });
const tellThere = (event) => tell(event.nickname, event);
const hint = (event) => views.hint(sentence(event));

function begins(event) {
	Object.assign(my, { partner: event.nickname, asked: new Set(), requests: new Map() });
	const talk = talkWith(event.nickname);
	talk.at ||= now();
	remember(talk);
	tellThere(event);
	if (event.type === "chat_started" && !my.open?.draft) views.go(event.nickname); // who writes goes on
}

function presence({ nickname, state: how, text }) {
	if (how === "offline") my.people.delete(nickname);
	else my.people.set(nickname, { state: how, text });
}

function refused(event) {
	if (recalls.length && NO_PAGE.test(event.code)) return endRecall({ before: null });
	if (joining.length && NO_ENTRY.test(event.code)) {
		const { room } = joining.shift();
		talkWith(room).isJoined = false;
		if (!/^(throttled|busy)$/.test(event.code)) keepRoom(room);
	}
	return hint(event);
}

function recalled({ number, at, sender: who, recipient, text, stream, position }) {
	const isMine = who === my.me;
	const isHeard = !isMine && !isRoom(recipient);
	const id = isHeard ? idIn(who, stream, position) : ((isMine && idOf(stream, position)) || idInRoom(number, at));
	recalls[0]?.items.push({ id, number, at, who, text, isMine, key: isHeard ? who : recipient });
}

function endRecall({ before }) {
	const { talk, words, items, before: asked } = recalls.shift() ?? {};
	if (!items) return null;
	if (!talk) return (my.found = { words, items });
	const { seen } = kept.talks[talk.key] ?? {};
	const added = talk.timeline.merge(items, asked === null, before ?? null, markOf);
	talk.isLoading = false;
	if (talk.isMissed) read(talk);
	talk.isMissed = false;
	if (asked !== null) return null;
	talk.isStale = false;
	talk.at = Math.max(talk.at, items.at(-1)?.at ?? 0);
	for (const item of added) if (talk.isRoom && !item.isMine && item.number > seen) count(talk, item);
	return remember(talk);
}

function entered({ room, topic }) {
	const wish = joining.shift() ?? {}; // the answers come in order
	const talk = Object.assign(talkWith(room), { isJoined: true, topic });
	keepRoom(room, [room, wish.password]);
	read(talk);
	send("list_members", { room });
	if (wish.isByHand) views.go(room);
}

function exited({ room }) {
	my.talks.delete(room);
	delete kept.talks[room];
	save("talks");
	if (my.open?.key === room) open(null);
	keepRoom(room);
}

let listing = [];

const listed = (put) => (event) => {
	listing.push(...event.nicknames);
	if (event.more) return;
	put(new Set(listing), event);
	listing = [];
};

const forgetting = (from, act) => (event) => {
	my[from].delete(event.nickname);
	act(event);
};

const moving = (way) => (event) => {
	talkWith(event.room).members[way](event.nickname);
	tell(event.room, event);
};

const EVENTS = {
	said,
	message_from: said,
	room_said: ({ room, nickname: who, text, at, number }) => arrive(talkWith(room), { id: idInRoom(number, at), who, text, at, number }),
	recalled,
	recall_ended: endRecall,
	chat_requested({ nickname, seconds }) {
		my.requests.set(nickname, Date.now() + seconds * 1000);
		views.requested(nickname);
	},
	request_withdrawn: forgetting("requests", hint),
	request_sent: ({ nickname }) => my.asked.add(nickname),
	request_answered: forgetting("asked", tellThere),
	chat_started: begins,
	chat_resumed: begins,
	partner_resumed: tellThere,
	chat_paused: tellThere,
	chat_ended(event) {
		if (my.partner === event.nickname) my.partner = null;
		tellThere(event);
	},
	not_kept: tellThere,
	presence,
	you_are: ({ state: how, text }) => (my.own = { state: how, text }),
	person_blocked: ({ nickname }) => my.blocked.add(nickname),
	person_unblocked: ({ nickname }) => my.blocked.delete(nickname),
	blocked_listed: listed((all) => (my.blocked = all)),
	asking_allowed: ({ who }) => (my.mayAsk = who),
	room_entered: entered,
	room_exited: exited,
	room_joined: moving("add"),
	room_left: moving("delete"),
	room_members: listed((all, { room }) => (talkWith(room).members = all)),
	room_topic(event) {
		talkWith(event.room).topic = event.topic;
		if (event.nickname !== null) tell(event.room, event);
	},
	room_missed({ room }) {
		const talk = talkWith(room);
		talk.isMissed = talk.isLoading;
		read(talk);
	},
	room_listed: (row) => my.rooms.push(row),
	rooms_listed: () => views.rooms(),
	refused,
};
