// One conversation: what is live, and what the history knows of the same, in its order. Knows no page.
// An item: {id, number, at, who, text, isMine}, or {id, at, note}. Not all that is live has its number.

let last = 0;
export const newId = () => `${Date.now().toString(36)}.${(last += 1)}`;

export class Timeline {
	items = [];
	isRead = false; // has any of the history come?
	before = null; // asks for what is older
	newest = 0; // number
	#numbers = new Set();

	add(item) {
		const isNew = item.number ? !this.#numbers.has(item.number) : this.items.every(({ id }) => id !== item.id);
		if (isNew) this.items.push(item);
		this.#know(item);
		return isNew;
	}

	#know({ number }) {
		if (!number) return;
		this.#numbers.add(number);
		this.newest = Math.max(this.newest, number);
	}

	// A page of the history, oldest first. What is here already gets its number; the answer is what was not.
	merge(page, isNewest, before, markOf) {
		const news = page.filter((item) => !this.#numbers.has(item.number));
		const added = news.reverse().filter(this.#matcher(markOf)).reverse();
		const isGap = isNewest && this.isRead && before && page.length && added.length === page.length;
		if (isGap) {
			const { at } = added.at(-1);
			this.#numbers.clear(); // read again when somebody wants it
			this.items = this.items.filter((item) => !item.number && (item.at > at || /sent|refused/.test(markOf(item.id))));
		}
		if (!isNewest || !this.isRead || isGap) this.before = before;
		this.isRead ||= isNewest;
		page.forEach((item) => this.#know(item));
		this.#arrange(added);
		return added;
	}

	// Both have what one person said in the same order, up to now: so they are compared from the end.
	#matcher(markOf) {
		const open = this.items.filter((item) => item.who && !item.number && markOf(item.id) !== "refused").reverse();
		const from = {};
		return ({ who, text, number }) => {
			const place = open.findIndex((item, index) => index >= (from[who] ?? 0) && item.who === who && item.text === text);
			if (place < 0) return true;
			from[who] = place + 1;
			open[place].number = number;
			return false;
		};
	}

	// By number; what has none stays with its neighbour.
	#arrange(added) {
		let place = (this.items.find((item) => item.number)?.number ?? Number.MAX_VALUE) - 0.5;
		for (const item of this.items) item.place = place = item.number ?? place;
		for (const item of added) item.place = item.number;
		this.items = [...this.items, ...added].sort((a, b) => a.place - b.place);
	}
}
