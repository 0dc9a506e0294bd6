// When received messages are acknowledged: the rule and the numbers of duologue/core/reports.py, which says why;
// tests/page/test_reports.py compares them. Knows neither time nor sockets.

export const QUICKLY = 0.02; // s, as all that follow
export const STEADILY = 0.2;
const EARLY = 0.002;
export const FIRST_REPORTS = 2;
export const MANY = 1000; // messages
export const LARGE = 64 * 1024; // bytes

export const isMuch = (messages, size) => messages > MANY || size > LARGE;

// `phase`, from 0 to 1, is its own place in the time between two steady reports.
export class ReportPace {
	#phase;
	#next = -Infinity;
	#soonest = -Infinity;
	#pause = -Infinity;
	#quick = 0;

	constructor(phase) {
		this.#phase = phase * STEADILY;
	}

	// When news that has come at `now` is to be reported.
	due(now, much = false) {
		if (now >= this.#pause) this.#quick = FIRST_REPORTS;
		if (this.#quick) return now + QUICKLY;
		return Math.max(now, much ? this.#soonest : this.#next);
	}

	// A report goes out at `now`.
	reported(now) {
		this.#quick = Math.max(0, this.#quick - 1);
		this.#soonest = now + QUICKLY;
		this.#next = Math.max(this.#soonest, this.#beatAfter(now + EARLY));
		this.#pause = Math.max(this.#next, now + STEADILY);
	}

	#beatAfter(time) {
		return (Math.floor((time - this.#phase) / STEADILY) + 1) * STEADILY + this.#phase;
	}
}
