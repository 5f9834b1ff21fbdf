// What isbot and crawler-user-agents say of User-Agents: a JSON list on standard input, lists of
// booleans by peer on standard output. `cargo xtask eval bots` runs it in a folder of its own,
// into which npm installs the two.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const require = createRequire(`${process.cwd()}/`);
const agents = JSON.parse(await text(process.stdin));
const { isbot } = require("isbot");
const patterns = require("crawler-user-agents").map(({ pattern }) => new RegExp(pattern));
const version = (name) =>
  JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;

process.stdout.write(
  JSON.stringify({
    [`isbot ${version("isbot")}`]: agents.map((agent) => isbot(agent)),
    [`crawler-user-agents ${version("crawler-user-agents")}`]: agents.map((agent) =>
      patterns.some((pattern) => pattern.test(agent)),
    ),
  }),
);
