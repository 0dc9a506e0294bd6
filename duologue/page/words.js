// What people read, as in duologue/core/sentences.py.

const ENDS = { you_left: "you left.", left: "{} left.", lost: "the connection to {} was lost.", removed: "the account of {} was removed." };
const ANSWERS = {
	declined: "{} declined the chat.",
	cancelled: "{} is no longer asked.",
	expired: "{} didn't answer.",
	offline: "{} is offline.",
	busy: "{} is not available.",
	unknown: "{} doesn't exist.",
	"too soon": "{} declined a moment ago. Wait a little.",
};
const STATES = { online: "online", away: "away", dnd: "do not disturb", in_chat: "in a chat" };

export const inWords = ({ state, text }) => (STATES[state] ?? "offline") + (text && `: ${text}`);
const about = (sentence, name) => sentence.replace("{}", name);

const SENTENCES = {
	request_answered: (e) => about(ANSWERS[e.outcome], e.nickname),
	request_withdrawn: (e) => `${e.nickname} no longer waits for your answer.`,
	chat_started: (e) => `Chat with ${e.nickname} started.`,
	chat_ended: (e) => `Chat with ${e.nickname} ended: ${e.chat && e.reason === "lost" ? "the connection was lost for too long." : about(ENDS[e.reason], e.nickname)}`,
	chat_paused: (e) => `${e.nickname}'s connection is lost; ${e.seconds} s to come back.`,
	partner_resumed: (e) => `${e.nickname} is back.`,
	chat_resumed: (e) => `Chat with ${e.nickname} goes on.`,
	not_kept: (e) => `Not sent: ${e.text}`,
	room_joined: (e) => `${e.nickname} has joined.`,
	room_left: (e) => `${e.nickname} has left.`,
	room_topic: (e) => (e.topic ? `${e.nickname} says what this is about: ${e.topic}` : `${e.nickname} took the topic away.`),
};
export const sentence = (event) => SENTENCES[event.type]?.(event) ?? event.text;

export const MARKS = { unsent: ["◷", "not sent yet"], sent: ["·", "sent"], stored: ["✓", "stored"], delivered: ["✓✓", "delivered"], refused: ["!", "not sent"] };

const time = (options) => {
	const format = new Intl.DateTimeFormat([], options);
	return (at) => format.format(at * 1000);
};
export const clock = time({ timeStyle: "short" });
export const dateTime = time({ dateStyle: "medium", timeStyle: "short" });
export const day = time({ dateStyle: "full" });
