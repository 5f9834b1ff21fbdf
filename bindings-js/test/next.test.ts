import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import doorward, { fixedWindow, register } from "doorward/next";

test("register shows route handlers the socket, and a forged header lifts no limit", async () => {
  register();
  register();
  const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: "1h", max: 2 })] });
  const server = createServer(async (incoming, response) => {
    // what Next makes of it: no socket, the client's headers as they are
    const headers = new Headers(incoming.headers as Record<string, string>);
    const request = new Request("http://localhost/api", { headers });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const decision = await ward.protect(request);
    response.end(`${decision.conclusion} ${decision.ip}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const answers = [];
    for (const forged of ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) {
      const headers = { "x-forwarded-for": forged, "x-real-ip": forged };
      answers.push(await (await fetch(`http://127.0.0.1:${port}`, { headers })).text());
    }
    assert.deepEqual(answers, ["ALLOW 127.0.0.1", "ALLOW 127.0.0.1", "DENY 127.0.0.1"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("in development the client is this machine", () => {
  const ward = doorward({ rules: [fixedWindow({ mode: "LIVE", window: "2h", max: 2 })] });
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "development";
  try {
    assert.equal(ward.protectSync(new Request("http://x/")).ip.address, "127.0.0.1");
    assert.equal(
      ward.protectSync(new Request("http://x/"), { ip: "192.0.2.1" }).ip.address,
      "192.0.2.1",
    );
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
});
