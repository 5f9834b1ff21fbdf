import doorward, { protect } from "doorward/sveltekit";
import { known, options } from "../../js/common.js";

export const handle = protect(doorward(options()), {
  context: (event) => known(event.request.headers),
});
