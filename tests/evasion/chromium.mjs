// Which of many pages run a script: a list of bodies in, a list of booleans out.
// A page's frame runs one if a dialog or a host of somebody else is asked for.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";

const AT_ONCE = 40;
const pages = JSON.parse(await text(process.stdin));

// Every element gets what a visitor might do to it.
const VISIT = `<script>addEventListener("load", () => setTimeout(() => {
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["pointerover", "mouseover", "mouseenter", "mousemove", "focus"]) {
      element.dispatchEvent(new MouseEvent(name, { bubbles: name !== "focus" }));
    }
  }
  for (const element of document.querySelectorAll("a, button, input, div, p, shoes, article, [onclick]")) {
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
}, 50));</script>`;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://local");
  const number = /^\/page\/(\d+)$/.exec(pathname)?.[1];
  if (number !== undefined) {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    const body = pages[Number(number)];
    // a title's context stands in the head
    response.end(`<!doctype html><html><head>${VISIT}</head><body>${body}</body></html>`);
  } else if (pathname === "/frames") {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><body></body>");
  } else if (pathname === "/a.png") {
    response.setHeader("Content-Type", "image/svg+xml");
    response.end(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`);
  } else {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
  ],
});
const fired = pages.map(() => false);
try {
  const page = await browser.newPage();
  const numberOf = (frame) => {
    for (let at = frame; at; at = at.parentFrame()) {
      const number = /^case-(\d+)$/.exec(at.name())?.[1];
      if (number !== undefined) return Number(number);
    }
    return undefined;
  };
  await page.exposeBinding("fired", ({ frame }) => {
    const number = numberOf(frame);
    if (number !== undefined) fired[number] = true;
  });
  await page.addInitScript(() => {
    for (const name of ["alert", "confirm", "prompt"]) {
      window[name] = () => {
        globalThis.fired();
      };
    }
  });
  page.on("dialog", (dialog) => dialog.dismiss().catch(() => undefined));
  await page.route(/^https?:\/\/[^/]*evil\.example\//, (route) => {
    const number = numberOf(route.request().frame());
    if (number !== undefined) fired[number] = true;
    return route.abort();
  });
  for (let first = 0; first < pages.length; first += AT_ONCE) {
    await page.goto(`http://127.0.0.1:${port}/frames`);
    const numbers = pages.slice(first, first + AT_ONCE).map((_, i) => first + i);
    await page.evaluate(
      (numbers) =>
        Promise.all(
          numbers.map(
            (number) =>
              new Promise((resolve) => {
                const frame = document.createElement("iframe");
                frame.name = `case-${number}`;
                frame.src = `/page/${number}`;
                frame.onload = resolve;
                setTimeout(resolve, 3000);
                document.body.append(frame);
              }),
          ),
        ),
      numbers,
    );
    await page.waitForTimeout(600);
  }
  process.stdout.write(JSON.stringify({ fired, version: `Chromium ${browser.version()}` }));
} finally {
  await browser.close();
  server.close();
}
