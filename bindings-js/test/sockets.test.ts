import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import doorward, { fixedWindow } from "doorward/node";

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/** What handlers that take their time decided about clients that had gone meanwhile. */
async function abandoned(id: string, leave: "end" | "destroy" | "resetAndDestroy", pause: number) {
  const ward = doorward({ rules: [fixedWindow({ id, mode: "LIVE", window: "24h", max: 5 })] });
  const found: string[] = [];
  const server = createServer(async (request, response) => {
    await sleep(20);
    const decision = await ward.protect(request);
    found.push(`${decision.conclusion} ${decision.ip}`);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    for (let i = 0; i < 10; i++) {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      await once(socket, "connect");
      await sleep(pause);
      socket.write(REQUEST, () => socket[leave]());
      await once(socket, "close");
    }
    await sleep(100);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return found;
}

const ALLOWED = Array(5).fill("ALLOW 127.0.0.1");
const ALL = [...ALLOWED, ...Array(5).fill("DENY 127.0.0.1")];

for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
  test(`a client that leaves (${leave}) is counted by its address`, async () => {
    assert.deepEqual(await abandoned(leave, leave, 5), ALL);
  });
}

test("one that leaves before it was accepted is counted or never served", async () => {
  const found = await abandoned("at once", "resetAndDestroy", 0);
  assert.deepEqual(found, ALL.slice(0, found.length));
});

test("a unix domain socket shows no address and is served", async () => {
  const ward = doorward({
    proxies: 1,
    rules: [fixedWindow({ id: "unix", mode: "LIVE", window: "24h", max: 5 })],
  });
  const path = join(tmpdir(), `doorward-${process.pid}.sock`);
  const server = createServer(async (request, response) => {
    const decision = await ward.protect(request);
    response.end(`${decision.conclusion} ${decision.ip}`);
  });
  server.listen(path);
  await once(server, "listening");
  try {
    const socket = connect(path);
    socket.write(
      REQUEST.replace("\r\n\r\n", "\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n"),
    );
    let answer = "";
    for await (const piece of socket) answer += piece;
    assert.match(answer, /ALLOW 192\.0\.2\.1$/m);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
