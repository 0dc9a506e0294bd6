// How long to wait before the next try to connect: the rule and the numbers of duologue/client/engine/backoff.py, which
// says why; tests/page/test_backoff.py compares them. Knows neither time nor sockets.

export const QUICK_TRIES = 40;
export const QUICK = 0.5; // s, as all that follow
export const FIRST = 1;
export const LONGEST = 30;

// `random` gives numbers from 0 to 1.
export class Backoff {
	#random;
	#quick = QUICK_TRIES;
	#ceiling = FIRST;

	constructor(random) {
		this.#random = random;
	}

	// Seconds.
	nextWait() {
		if (this.#quick > 0) {
			this.#quick -= 1;
			return (QUICK / 2) * (1 + this.#random());
		}
		const wait = this.#random() * this.#ceiling;
		this.#ceiling = Math.min(LONGEST, this.#ceiling * 2);
		return wait;
	}

	// The server is there and lets nobody in now.
	turnedAway() {
		this.#quick = 0;
	}

	// The connection has held.
	reset() {
		this.#quick = QUICK_TRIES;
		this.#ceiling = FIRST;
	}
}
