// The effect of each event.

import { MOST, answered, forget, isRoomKept, joining, keepRoom } from "./client.js";
import * as feed from "./feed.js";
import { ended, read, recalled, refused } from "./past.js";
import { moved, readUpTo } from "./reading.js";
import { send } from "./socket.js";
import { arrive, idIn, idInRoom, missed, my, spell, talkWith, views } from "./state.js";
import { newName } from "./text.js";
import { sentence } from "./words.js";

export const hear = (event) => EVENTS[event.type]?.(event);

const now = () => Date.now() / 1000;
const said = ({ nickname: who, stream, number, text, at = now() }) => arrive(talkWith(who), { id: idIn(who, stream, number), who, text, at });
const tell = (key, event) => arrive(talkWith(key), { id: newName(), at: now(), note: sentence(event) });
const tellThere = (event) => tell(event.nickname, event);
const hint = (event) => views.hint(sentence(event));
const unknown = (event) => answered(sentence(event));

function requestsEnded(event) {
	const turnedAway = [...my.requests.keys()].filter((nickname) => nickname !== event.nickname);
	Object.assign(my, { asked: new Set(), requests: new Map() });
	for (const nickname of turnedAway) noteEnd({ type: "request_withdrawn", nickname, outcome: "busy" });
}

function begins(event) {
	Object.assign(my, { partner: event.nickname, lane: null });
	talkWith(event.nickname).at ||= now();
	tellThere(event);
	if (event.type === "chat_started" && !views.turn(event.nickname)) hint(event);
}

// A chat of ours goes through another device, or waits for one.
const lane = (isFree) => ({ nickname: key, chat }) => {
	my.lane = { key, chat, isFree };
	if (my.partner === key) my.partner = null;
};

function free(event) {
	if (event.seconds) lane(true)(event);
	else if (my.lane?.chat === event.chat) my.lane = null;
}

function presence(event) {
	const { nickname, state, text } = event;
	if (state !== "offline") spell(event);
	if (state === "offline") my.people.delete(nickname);
	else my.people.set(nickname, { state, text });
}

function noEntry(event) {
	const { room } = joining.shift() ?? {};
	if (!room) return hint(event);
	talkWith(room).isJoined = false;
	if (!/^(throttled|busy)$/.test(event.code)) keepRoom(room);
	hint(event);
}

// By what is refused.
const REFUSALS = {
	join_room: noEntry,
	read_history: refused,
	search_history: refused,
	who_is: unknown,
	follow: () => {},
	list_conversations: feed.listRefused, // no history is kept
	mark_read: () => {}, // nothing was said there that is kept
};

function entered({ room, topic }) {
	const place = joining.findIndex((wish) => wish.room === room); // none, where another device has joined
	const wish = place < 0 ? {} : joining.splice(place, 1)[0];
	const talk = Object.assign(talkWith(room), { isJoined: true, topic, members: new Set() });
	if (place >= 0 || !isRoomKept(room)) keepRoom(room, [room, wish.password]);
	read(talk);
	send("list_members", { room });
	if (wish.from !== undefined && !views.turn(room, wish.from)) views.hint(`You are in ${room} now.`);
}

function exited({ room }) {
	my.talks.delete(room);
	if (my.open?.key === room) views.go(null);
	keepRoom(room);
}

// Arrives page by page.
const listed = (type, setOf) => ({ room, nicknames, more }) => {
	const all = setOf(room);
	for (const name of nicknames) all.add(name);
	if (more && all.size < MOST) send(type, { room, after: nicknames.at(-1) });
};

const forgetting = (from, act) => (event) => {
	my[from].delete(event.nickname);
	act(event);
};

// It is shown in the conversation, too: a hint disappears with the next key.
const noteEnd = (event) => missed(talkWith(event.nickname), { id: newName(), at: now(), note: sentence(event) });

function unanswered(event) {
	noteEnd(event);
	hint(event);
}

const moving = (way) => (event) => {
	talkWith(event.room).members[way](event.nickname);
	tell(event.room, event);
};

const EVENTS = {
	said,
	message_from: said,
	room_said: ({ room, nickname: who, text, at, number }) => arrive(talkWith(room), { id: idInRoom(number, at), who, text, at, number }),
	recalled,
	recall_ended: ended,
	chat_requested({ nickname, seconds }) {
		my.requests.set(nickname, now() + seconds);
		views.requested(nickname);
	},
	request_withdrawn: forgetting("requests", (event) => /^(accepted|declined)$/.test(event.outcome) || unanswered(event)), // on another device
	request_sent: ({ nickname }) => my.asked.add(nickname),
	request_answered: forgetting("asked", tellThere),
	requests_ended: requestsEnded,
	chat_started: begins,
	chat_resumed: begins,
	chat_held: lane(false),
	chat_elsewhere: lane(false),
	chat_free: free,
	following: (event) => feed.following(event) && forget(),
	cursor: moved,
	kept: feed.kept,
	conversation_listed: feed.listed,
	conversations_ended: feed.listEnded,
	read_up_to: readUpTo,
	partner_resumed: tellThere,
	chat_paused: tellThere,
	chat_ended(event) {
		if (my.partner === event.nickname) my.partner = null;
		tellThere(event);
	},
	not_kept: tellThere,
	presence,
	person_described(event) {
		spell(event);
		answered(sentence(event));
	},
	you_are: ({ state, text }) => (my.own = { state, text }),
	person_blocked: ({ nickname }) => my.blocked.add(nickname),
	person_unblocked: ({ nickname }) => my.blocked.delete(nickname),
	blocked_listed: listed("list_blocked", () => my.blocked),
	asking_allowed: ({ who }) => (my.mayAsk = who),
	room_entered: entered,
	room_exited: exited,
	room_joined: moving("add"),
	room_left: moving("delete"),
	room_members: listed("list_members", (room) => talkWith(room).members),
	room_topic(event) {
		talkWith(event.room).topic = event.topic;
		if (event.nickname !== null) tell(event.room, event);
		else hint(event);
	},
	room_missed({ room }) {
		const talk = talkWith(room);
		talk.isLoading = false; // what arrives now may be older
		read(talk);
		feed.list(null); // it knows what is unread
	},
	room_listed: (row) => my.rooms.push(row),
	rooms_listed: ({ after }) => (after && my.rooms.length < MOST ? send("list_rooms", { after }) : views.rooms()),
	refused: (event) => ((event.code !== "search_stopped" && REFUSALS[event.of]) || hint)(event),
};
