// Presets are compositions: their canonical rules are the same in both languages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  doorward,
  protectCheckout,
  protectLogin,
  protectPasswordReset,
  protectSignup,
} from "doorward";
import emailData from "doorward/email-data";

const expected = JSON.parse(
  readFileSync(new URL("../../tests/presets.json", import.meta.url), "utf8"),
);
const PRESETS = {
  signup: protectSignup,
  login: protectLogin,
  "password-reset": protectPasswordReset,
  checkout: protectCheckout,
};

for (const [name, preset] of Object.entries(PRESETS)) {
  test(`what ${name} expands to`, () => {
    const ward = doorward({ packs: [emailData], rules: [preset({ mode: "LIVE" })] });
    assert.deepEqual(JSON.parse(JSON.stringify(ward)).rules, expected[name]);
  });
}

test("parts are set or left out", () => {
  const rules = protectSignup({
    mode: "LIVE",
    bots: { mode: "DRY_RUN", allow: ["CATEGORY:MONITOR"] },
    email: { id: "mail", deny: ["INVALID"] },
    rateLimit: { interval: "1m", max: 2 },
    velocity: { mailbox: { interval: "1h", max: 2 }, domain: false, network: false },
  });
  assert.deepEqual(
    rules.map(({ id, mode }) => [id, mode]),
    [
      ["signup-bots", "DRY_RUN"],
      ["mail", "LIVE"],
      ["signup-address", "LIVE"],
      ["signup-mailbox", "LIVE"],
      ["signup-device", "LIVE"],
      ["signup-payment", "LIVE"],
    ],
  );
  assert.equal(rules[3]?.max, 2);
  assert.deepEqual(protectLogin({ bots: false, rateLimit: false, velocity: false }), []);
});

test("a sign-up that denies disposable addresses says which pack it lacks", () => {
  assert.throws(() => doorward({ rules: [protectSignup()] }), /the pack "email-data"/);
});
