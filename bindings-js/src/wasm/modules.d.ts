/** Modules that are not TypeScript: which one is loaded depends on the host. */

declare module "#wasm" {
  /** The compiled module. */
  export function compiled(): WebAssembly.Module;
}

declare module "#commands" {
  /** The compiled module. */
  export function compiled(): WebAssembly.Module;
}

declare module "*.bin" {
  /** A pack, as base64. */
  const base64: string;
  export default base64;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
