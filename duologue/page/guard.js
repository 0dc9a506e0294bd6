// What goes wrong in one part of the page is told, and keeps no other part from its work.

export function guard(act, ...args) {
	try {
		return act(...args);
	} catch (error) {
		report(error);
	}
}

// For whoever looks into the console, and for whoever only looks at the page.
export function report(error) {
	console.error(error);
	const trouble = document.getElementById("trouble");
	if (trouble) trouble.hidden = false;
}
