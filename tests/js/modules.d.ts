/** Made where the entry is bundled. */
declare module "vectors:all" {
  const vectors: import("./vectors.js").Vectors;
  export default vectors;
}
