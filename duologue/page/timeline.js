// One conversation: live and recalled messages, in order. Knows no page.
// An item: {id, number, at, who, text, isMine}, or {id, at, note}. Live or recalled, its id is the same.

export class Timeline {
	items = [];
	before; // asks for older messages; undefined: none have come
	newest = 0; // number
	#known = new Map(); // id → item

	// Returns false if it is here already; that has its number now.
	add(item) {
		const { id, number } = item;
		const known = this.#known.get(id);
		this.newest = Math.max(this.newest, number ?? 0);
		if (known) known.number ??= number;
		else this.items.push(item);
		this.#known.set(id, known ?? item);
		return !known;
	}

	// Adds a page of the history, oldest first. Returns what was not here.
	merge(page, isNewest, before, markOf) {
		const live = this.items.length;
		const isRead = this.before !== undefined;
		const isGap = isNewest && isRead && before && page.length && !this.#known.has(page[0].id);
		const added = page.filter((item) => this.add(item));
		if (!isNewest || !isRead || isGap) this.before = before;
		if (added.length) this.#arrange(live);
		if (isGap) {
			// What the server recalls is dated by whole seconds.
			const isNewer = ({ id, at, number }) => (number ? number >= page[0].number : Math.floor(at) > page.at(-1).at || /sent|refused/.test(markOf(id)));
			this.items = this.items.filter(isNewer);
			this.#known = new Map(this.items.map((item) => [item.id, item]));
		}
		return added;
	}

	// Sorts by number; an item without one stays with its neighbour.
	#arrange(live) {
		let place = (this.items.slice(0, live).find((item) => item.number)?.number ?? Number.MAX_VALUE) - 0.5;
		for (const item of this.items) item.place = place = item.number ?? place;
		this.items.sort((a, b) => a.place - b.place);
	}
}
