import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

type Wasm = { shell: { wasm: { memory: WebAssembly.Memory } } };

/** Bytes this process uses once what nobody holds is gone. */
export async function memory() {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const home = (globalThis as never)[Symbol.for("doorward")] as Map<string, { instance?: Wasm }>;
  const wasm = [...home.values()].map(({ instance }) => instance?.shell.wasm.memory.buffer);
  return {
    rss,
    heapUsed,
    external,
    wasm: wasm.reduce((sum, one) => sum + (one?.byteLength ?? 0), 0),
  };
}
