import { app } from "./hono-app.js";

export default { fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT) };
