import adapter from "@sveltejs/adapter-node";

// Kit's own check refuses forms without an Origin before any hook runs.
export default { kit: { adapter: adapter(), csrf: { checkOrigin: false } } };
