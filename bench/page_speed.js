// What bench/page_speed.py has in the page from its first moment: logs in as `me` and measures, all in ms.

(me) => {
	const fields = { nickname: me.nickname, password: me.password, text: "" };
	const isWanted = (field) => field?.checkVisibility() && !field.value;

	// Fills each field in as soon as it is shown, so that nothing is measured of how fast somebody types.
	const logIn = (done, failed) => {
		let pressed = 0;
		setTimeout(failed, me.bound, "There is no message box.");
		requestAnimationFrame(function look() {
			const [nickname, password, text] = Object.keys(fields).map((id) => document.getElementById(id));
			if (text === document.activeElement && isWanted(text)) {
				return done({ press: performance.now() - pressed, first: performance.now() });
			}
			const field = [password, nickname].find(isWanted);
			if (field) {
				field.value = fields[field.id];
				pressed = performance.now();
				field.form.querySelector("button").click();
			}
			return requestAnimationFrame(look);
		});
	};

	let worst, begun, last, pressed;
	const note = (what, value) => (worst[what] = Math.max(worst[what], value));
	const begin = () => {
		worst = { frame: 0, task: 0, key: 0, elements: 0 };
		begun = last = performance.now();
	};
	begin();

	requestAnimationFrame(function frame() {
		note("frame", performance.now() - last);
		last = performance.now();
		note("elements", document.getElementsByTagName("*").length);
		requestAnimationFrame(frame);
	});
	const task = ({ startTime, duration }) => startTime > begun && note("task", duration);
	new PerformanceObserver((list) => list.getEntries().forEach(task)).observe({ type: "longtask" });

	// From the browser's own timestamp until the frame with the letter is done. The Event Timing API is no help: a browser
	// without a screen presents its frames when it likes.
	addEventListener("keydown", ({ timeStamp }) => (pressed = timeStamp), true);
	const painted = (since) => setTimeout(() => note("key", performance.now() - since));
	addEventListener("input", () => requestAnimationFrame(painted.bind(null, pressed)), true);

	// From the newest message up to the oldest, and back: so many screens in each frame.
	const scroll = async ({ newest, oldest, screens }) => {
		const box = document.getElementById("log");
		const texts = () => [...box.querySelectorAll(".message > .text")].map((text) => text.textContent);
		const until = async (isThere, way) => {
			for (; !isThere(); await new Promise(requestAnimationFrame)) box.scrollTop += way * box.clientHeight;
		};
		begin();
		await until(() => texts()[0] === oldest, -screens);
		await until(() => texts().at(-1) === newest, screens);
	};

	// What was seen is reported a little later.
	const seen = () => new Promise((done) => setTimeout(() => done(worst), 200));

	globalThis.bench = { usable: new Promise(logIn), begin, scroll, seen };
}
