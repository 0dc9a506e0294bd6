// Faults in one part of the page are reported, and do not keep the other parts from working.

export function guard(act, ...args) {
	try {
		return act(...args);
	} catch (error) {
		report(error);
	}
}

// For people who look at the console, and for those who only see the page.
export function report(error) {
	console.error(error);
	const trouble = document.getElementById("trouble");
	if (trouble) trouble.hidden = false;
}
