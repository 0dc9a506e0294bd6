// Sentences for people, as in duologue/core/sentences.py.

import { shownName } from "./state.js";

const ENDS = { you_left: "you left.", left: "{} left.", lost: "the connection to {} was lost.", removed: "the account of {} was removed." };
const ANSWERS = {
	declined: "{} declined the chat.",
	cancelled: "You withdrew your request to {}.",
	expired: "{} didn't answer.",
	offline: "{} is offline.",
	busy: "{} is not available.",
	unknown: "{} doesn't exist.",
	"too soon": "{} declined a moment ago. Wait a little.",
	"too often": "You have asked {} several times. Wait a few minutes.",
};
const WITHDRAWALS = { expired: "{} stopped waiting for your answer.", cancelled: "{} no longer wants to chat.", busy: "{} was told that you are in a chat." };
const STATES = { online: "online", away: "away", dnd: "on Do Not Disturb", in_chat: "in a chat" };

export const inWords = ({ state, text }, since = "") => (STATES[state] ?? "offline") + since + (text && `: ${text}`);

const SENTENCES = {
	request_answered: (e) => ANSWERS[e.outcome],
	request_withdrawn: (e) => WITHDRAWALS[e.outcome] ?? "{} is no longer waiting for you.",
	chat_started: () => "Chat with {} started.",
	chat_ended: (e) => `Chat with {} ended: ${e.chat && e.reason === "lost" ? "the connection was lost for too long." : ENDS[e.reason].replace("{}", shownName(e.nickname))}`,
	chat_paused: (e) => `{} lost the connection and has ${e.seconds} s to return.`,
	partner_resumed: () => "{} is back.",
	chat_resumed: () => "Chat with {} goes on.",
	person_described: (e) => `{} (${e.is_guest ? "guest" : "registered"}) ${e.since ? `has been ${inWords(e, ` since ${dateTime(e.since)}`)}` : `is ${inWords(e)}`}`,
	not_kept: (e) => `Not sent: ${e.text}`,
	room_joined: () => "{} has joined.",
	room_left: () => "{} has left.",
	room_topic: (e) => (e.nickname === null ? `${e.room}: ${e.topic || "no topic yet"}` : e.topic ? `{} set the topic: ${e.topic}` : "{} removed the topic."),
};
export const sentence = (event) => SENTENCES[event.type]?.(event).replace("{}", () => shownName(event.nickname)) ?? event.text;

// What a chat adds to writing.
export const CHAT_IS = "A chat begins when both have said yes: you are both here, now. It works even where the server keeps no history. To write you need none.";

export const MARKS = { unsent: ["◷", "not sent yet"], sent: ["·", "sent"], stored: ["✓", "stored"], delivered: ["✓✓", "delivered"], refused: ["!", "not sent"] };

const time = (options) => {
	const format = new Intl.DateTimeFormat([], options);
	return (at) => (Number.isFinite(at) ? format.format(at * 1000) : "");
};
export const clock = time({ timeStyle: "short" });
export const dateTime = time({ dateStyle: "medium", timeStyle: "short" });
export const day = time({ dateStyle: "full" });

const date = time({ day: "numeric", month: "short" });
const DAY = 86_400_000; // ms

// Today's by the clock, an older one by its day.
export const shortTime = (at, now = Date.now()) => (day(at) === day(now / 1000) || now - at * 1000 < DAY / 4 ? clock(at) : date(at));
