// An Express application that answers what it decided: `POLICY` is its policy, `OUTSIDE` who is
// asked. `{port}` in the policy is its own.

import doorward from "doorward/express";
import express from "express";

const { PORT, POLICY, OUTSIDE } = process.env;
const ward = doorward({
  ...JSON.parse(POLICY.replaceAll("{port}", PORT)),
  outside: JSON.parse(OUTSIDE),
  onWarning: () => {},
});

const app = express();
app.use(async (request, response) => {
  const { conclusion, reason, results, actor, undetermined } = await ward.protect(request);
  const codes = results.map((result) => result.reason.code);
  const told = { conclusion, codes, actor: actor ?? null, undetermined };
  response.status(reason.code === "allow" ? 200 : 403).json(told);
});
app.listen(Number(PORT), "127.0.0.1");
