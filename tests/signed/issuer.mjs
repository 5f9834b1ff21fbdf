// Issues tokens with other people's library (npm jose), over TLS: `/ALGORITHM/jwks.json`, and a
// token exchange (RFC 8693) at `/ALGORITHM/token`, where the form's `lifetime` and `audience`
// are given as asked, as no issuer should.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";

const { PORT, CHAIN } = process.env;
const pairs = new Map();
for (const algorithm of ["EdDSA", "ES256", "RS256"]) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), use: "sig", alg: algorithm };
  pairs.set(algorithm, { privateKey, jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk) } });
}

async function token(algorithm, form) {
  const { privateKey, jwk } = pairs.get(algorithm);
  const agent = form.get("actor_token");
  return new SignJWT({
    scope: form.get("scope"),
    ...(agent && { act: { sub: agent } }),
  })
    .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: jwk.kid })
    .setIssuer(`https://issuer.example:${PORT}/${algorithm}`)
    .setSubject(form.get("subject_token"))
    .setAudience(form.get("audience"))
    .setIssuedAt(Math.floor(Date.now() / 1000) - 60)
    .setExpirationTime(Math.floor(Date.now() / 1000) + Number(form.get("lifetime")))
    .setJti(crypto.randomUUID())
    .sign(privateKey);
}

const chain = readFileSync(CHAIN);
createServer({ key: chain, cert: chain }, async (request, response) => {
  const [, algorithm, what] = request.url.split("/");
  let body = "";
  for await (const piece of request) body += piece;
  const answer =
    what === "jwks.json"
      ? { keys: [pairs.get(algorithm).jwk] }
      : { access_token: await token(algorithm, new URLSearchParams(body)), token_type: "Bearer" };
  response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
}).listen(Number(PORT), "127.0.0.1");
