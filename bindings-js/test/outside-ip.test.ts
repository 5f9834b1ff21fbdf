/** What databases know of the client's address: real MMDB files, read by `maxmind`. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import doorward, {
  type Decision,
  filter,
  fixedWindow,
  type IpDatabase,
  PolicyError,
  type Warning,
} from "doorward";
import { open } from "maxmind";

const FILES = join(import.meta.dirname, "../../tests/mmdb");
const database = (name: string): Promise<IpDatabase> => open(join(FILES, `${name}.mmdb`));
const get = (ip: string, url = "/") => ({ method: "GET", url, headers: { host: "x" }, ip });
const onWarning = () => undefined;

test("filters and limits read it, and the decision shows it", async () => {
  const ip = await Promise.all(["city", "asn", "flat"].map(database));
  const ward = doorward({
    rules: [
      filter({ mode: "LIVE", deny: ['ip.src.country eq "US" and ip.src.hosting'] }),
      fixedWindow({ mode: "LIVE", window: "1h", max: 1, characteristics: ["ip.src.asnum"] }),
    ],
    outside: { ip },
    onWarning,
  });
  const passed = await ward.protect(get("203.0.113.9"));
  assert.ok(passed.isAllowed());
  const { ip: client } = passed;
  assert.equal(`${client}`, "203.0.113.9");
  assert.ok(client.hasCountry() && client.hasCity() && client.hasAsn() && client.hasLatitude());
  assert.deepEqual(
    [client.country, client.countryName, client.city, client.region, client.continent],
    ["DE", "Germany", "Berlin", "Land Berlin", "EU"],
  );
  assert.deepEqual([client.latitude, client.accuracyRadius], [52.5244, 20]);
  assert.deepEqual([client.asn, client.asnName], ["AS64500", "Example Transit"]);
  assert.deepEqual([client.isHosting(), client.hasService()], [false, false]);
  assert.equal(JSON.stringify(client), '"203.0.113.9"');
  // the same network, another address: a group is challenged, never denied
  assert.equal((await ward.protect(get("203.0.113.200"))).conclusion, "CHALLENGE");
  const denied = await ward.protect(get("198.51.100.7"));
  assert.equal(denied.conclusion, "DENY");
  assert.deepEqual(
    [denied.ip.isHosting(), denied.ip.isVpn(), denied.ip.isTor(), denied.ip.service],
    [true, true, false, "Example VPN"],
  );
  const six = await ward.protect(get("2001:db8:1::7"));
  assert.deepEqual([six.ip.country, six.ip.asn], ["FR", "AS64501"]);
  const flat = await ward.protect(get("198.51.100.200"));
  assert.deepEqual(
    [flat.ip.country, flat.ip.longitude, flat.ip.isMobile()],
    ["JP", 139.6917, true],
  );
  const unknown = await ward.protect(get("192.0.2.1"));
  assert.deepEqual(unknown.toJSON().undetermined, ["filter"]);
  assert.deepEqual(unknown.toJSON().ipDetails, {});
});

test("without a database it is undetermined, and said", async () => {
  const warnings: Warning[] = [];
  const ward = doorward({
    rules: [filter({ mode: "LIVE", deny: ['ip.src.country eq "US"'] })],
    onWarning: (warning) => void warnings.push(warning),
  });
  const decision = await ward.protect(get("192.0.2.1"));
  assert.ok(decision.isAllowed());
  assert.deepEqual(decision.toJSON().undetermined, ["filter"]);
  assert.equal(decision.results[0]?.reason.error, "no_database");
  assert.equal(decision.ip.error, "no_database");
  assert.equal(decision.ip.country, undefined);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["undetermined"],
  );
});

test("protectSync asks nobody", async () => {
  let asked = 0;
  const ip = () => {
    asked += 1;
    return { country: "US" };
  };
  const ward = doorward({
    rules: [filter({ mode: "LIVE", deny: ['ip.src.country eq "US"'], onError: "challenge" })],
    outside: { ip },
  });
  const decision: Decision = ward.protectSync(get("192.0.2.1"));
  assert.deepEqual([decision.conclusion, asked], ["CHALLENGE", 0]);
  assert.equal(decision.toJSON().ipDetails, undefined);
  assert.equal((await ward.protect(get("192.0.2.1"))).conclusion, "DENY");
  assert.equal(asked, 1);
});

test("nobody is asked where nothing depends on it, and failures are facts that are missing", async () => {
  let asked = 0;
  const ward = doorward({
    rules: [
      filter({
        mode: "LIVE",
        deny: ['http.request.uri.path eq "/admin" and ip.src.country ne "DE"'],
      }),
      filter({ mode: "LIVE", id: "never", deny: ['http.request.uri.path eq "/never"'] }),
    ],
    outside: {
      ip: async (address) => {
        asked += 1;
        if (address === "192.0.2.2") throw new Error("gone");
        return { country: { iso_code: "US" } };
      },
    },
    onWarning,
  });
  const concluded = async (url: string, ip = "192.0.2.1") =>
    (await ward.protect(get(ip, url))).conclusion;
  assert.deepEqual([await concluded("/"), await concluded("/never"), asked], ["ALLOW", "DENY", 0]);
  assert.deepEqual([await concluded("/admin"), asked], ["DENY", 1]);
  const failed = await ward.protect(get("192.0.2.2", "/admin"));
  assert.deepEqual([failed.conclusion, failed.ip.error], ["ALLOW", "failed"]);
});

test("the policy knows nothing of the outside, and what is no option is refused", () => {
  const rules = [filter({ mode: "LIVE", deny: ["ip.src.tor"] })];
  const ward = doorward({ rules, outside: { deadlineMs: 100 } });
  assert.equal("outside" in ward.toJSON(), false);
  assert.throws(() => doorward({ rules, outside: { limits: { perSecond: 0 } } }), PolicyError);
  assert.throws(
    () => doorward({ rules, outside: { keys: { pinned: { "https://a.example": {} as never } } } }),
    PolicyError,
  );
});
