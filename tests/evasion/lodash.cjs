// What lodash renders of templates: a list in, a list of texts out, null where it fails.

const { template, VERSION } = require("lodash");

let read = "";
process.stdin.on("data", (chunk) => {
  read += chunk;
});
process.stdin.on("end", () => {
  const rendered = JSON.parse(read).map((text) => {
    try {
      return template(text)();
    } catch {
      return null;
    }
  });
  process.stdout.write(JSON.stringify({ rendered, version: `lodash ${VERSION}` }));
});
