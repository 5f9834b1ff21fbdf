// An agent that signs its requests with other people's library (npm web-bot-auth): asks the
// application at URL once or twice a case, prints what it was told.
//
// `sign.mjs URL`, in KEY the agent's private key as a JWK.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as ask } from "node:http";
import { signatureHeaders as plainHeaders } from "http-message-sig";
import { generateNonce, REQUEST_COMPONENTS, signatureHeaders } from "web-bot-auth";
import { signerFromJWK } from "web-bot-auth/crypto";

const [, , URL_] = process.argv;
const key = JSON.parse(process.env.KEY);
// RFC 9421 B.1.4: everybody has its private half
const printed = {
  kty: "OKP",
  crv: "Ed25519",
  d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
  x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
};
const AGENT = "https://agent.example";
const MINUTE = 60_000;
const now = Date.now();
const [mine, everybodys] = await Promise.all([key, printed].map((jwk) => signerFromJWK(jwk)));
const minutes = (from, to) => ({
  created: new Date(now + from * MINUTE),
  expires: new Date(now + to * MINUTE),
});

/** Headers of a signed request. */
async function signed({ url = URL_, agent = AGENT, headers = {}, method = "GET", ...more } = {}) {
  const { signer = mine, sign = signatureHeaders, times = minutes(0, 5), ...parameters } = more;
  const all = { "Signature-Agent": JSON.stringify(agent), ...headers };
  const made = await sign({ method, url, headers: all }, signer, {
    nonce: generateNonce(),
    ...times,
    ...parameters,
  });
  return { ...all, ...made };
}

/** What the application says to it. */
function told(headers, { method = "GET", body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = ask(URL_, { method, headers, agent: false }, async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      resolve({ status: response.statusCode, ...JSON.parse(text) });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const once = await signed();
const first = await told(once);
const body = '{"item":"chair","count":2}';
const post = {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "Content-Digest": `sha-256=:${createHash("sha256").update(body).digest("base64")}:`,
    "Content-Length": body.length,
  },
};
const components = [...REQUEST_COMPONENTS, "content-digest"];
const withBody = async (body) => told(await signed({ ...post, components }), { ...post, body });
const hmac = {
  alg: "hmac-sha256",
  keyid: mine.keyid,
  sign: (data) => new Uint8Array(createHmac("sha256", key.x).update(data).digest()),
};
const tagged = (message, signer, parameters) =>
  plainHeaders(message, {
    components: REQUEST_COMPONENTS,
    signer,
    keyid: signer.keyid,
    tag: "another-use",
    ...parameters,
  });
const stranger = { ...mine, keyid: createHash("sha256").update(randomUUID()).digest("base64url") };
stranger.sign = (data) => mine.sign(data);

console.log(
  JSON.stringify({
    fresh: first,
    replayed: await told(once),
    "signed anew": await told(await signed()),
    expired: await told(await signed({ times: minutes(-60, -10) })),
    future: await told(await signed({ times: minutes(10, 15) })),
    "for long": await told(await signed({ times: minutes(0, 60 * 24 * 30) })),
    "for another host": await told(await signed({ url: "http://other.example/" })),
    "to another host": await told({
      ...(await signed({ url: "http://other.example/" })),
      Host: "other.example",
    }),
    hmac: await told(await signed({ signer: hmac })),
    "printed key": await told(await signed({ signer: everybodys, agent: "https://tests.example" })),
    "another's key": await told(await signed({ agent: "https://tests.example" })),
    "unknown key": await told(await signed({ signer: stranger })),
    "unknown tag": await told(await signed({ sign: tagged })),
    "its body": await withBody(body),
    "another body": await withBody(body.replace("2", "9")),
  }),
);
