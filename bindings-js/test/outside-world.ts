/** An outside for tests: a DNS server and an HTTPS server on loopback, and who vouches for it. */

import { execFileSync } from "node:child_process";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TYPES: Record<number, string> = { 1: "A", 12: "PTR", 15: "MX", 28: "AAAA" };

/** Records by `name type`: addresses, names, or `preference exchange`. */
export type Zone = Record<string, readonly string[]>;

/** Answers over UDP; counts what it is asked. */
export class NameServer {
  readonly asked: string[] = [];
  readonly #socket = createSocket("udp4");

  /** A name that begins with `silent` or `broken` is not answered, or with SERVFAIL. */
  constructor(
    readonly zone: Zone,
    readonly otherwise?: (name: string, type: string) => readonly string[] | undefined,
  ) {
    this.#socket.on("message", (message, from) => this.#answer(message, from));
  }

  async listen(): Promise<string> {
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  /** The answer to a message; nothing where it is not answered. */
  reply(message: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
      labels.push(message.toString("latin1", at + 1, at + 1 + length));
      at += length + 1;
    }
    const name = labels.join(".").toLowerCase();
    const type = TYPES[message.readUInt16BE(at + 1)] ?? "?";
    this.asked.push(`${name} ${type}`);
    if (name.startsWith("silent")) return undefined;
    const question = message.subarray(12, at + 5);
    const found = this.zone[`${name} ${type}`] ?? this.otherwise?.(name, type);
    const exists = found || Object.keys(this.zone).some((key) => key.startsWith(`${name} `));
    const code = name.startsWith("broken") ? 2 : exists ? 0 : 3;
    const answers = (found ?? []).map((record) => {
      const data = dataOf(type, record);
      const head = Buffer.alloc(12);
      head.writeUInt16BE(0xc00c, 0);
      head.writeUInt16BE(message.readUInt16BE(at + 1), 2);
      head.writeUInt16BE(1, 4);
      head.writeUInt32BE(60, 6);
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    const head = Buffer.from(message.subarray(0, 12));
    head.writeUInt16BE(0x8180 | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    head.writeUInt32BE(0, 8);
    return Buffer.concat([head, question, ...answers]);
  }

  #answer(message: Buffer, from: RemoteInfo): void {
    const reply = this.reply(message);
    if (reply) this.#socket.send(reply, from.port, from.address);
  }
}

function dataOf(type: string, record: string): Buffer {
  if (type === "A") return Buffer.from(record.split(".").map(Number));
  if (type === "AAAA") {
    const words = record.split(":").map((word) => Number.parseInt(word, 16));
    return Buffer.from(words.flatMap((word) => [word >> 8, word & 255]));
  }
  const [preference = "0", exchange = ""] = type === "MX" ? record.split(" ") : ["", record];
  const name = exchange.split(".").filter((label) => label !== "");
  const labels = name.flatMap((label) => [label.length, ...Buffer.from(label)]);
  const first = type === "MX" ? [Number(preference) >> 8, Number(preference) & 255] : [];
  return Buffer.from([...first, ...labels, 0]);
}

/** A certificate authority and a certificate of it for these names. */
export interface Certificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Made anew by openssl, good for a day. */
export function certificate(names: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "doorward-ca-"));
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const day = ["-days", "1"];
  openssl(
    "req",
    "-x509",
    ...ec,
    ...day,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=Test CA",
  );
  openssl("req", ...ec, "-keyout", "key.pem", "-out", "request.pem", "-subj", `/CN=${names[0]}`);
  writeFileSync(join(folder, "names"), `subjectAltName=${names.map((name) => `DNS:${name}`)}`);
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "request.pem", ...by, ...day, "-out", "cert.pem");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

/** A host of key directories; counts who connects. */
export class DirectoryHost {
  readonly asked: string[] = [];
  connections = 0;
  readonly #server: Server;

  constructor(
    certificate: Certificate,
    answer: (url: string, response: ServerResponse, request: IncomingMessage) => void,
  ) {
    this.#server = createServer(certificate, (request, response) => {
      this.asked.push(`${request.headers.host}${request.url}`);
      answer(request.url ?? "", response, request);
    });
    this.#server.on("connection", () => {
      this.connections += 1;
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
