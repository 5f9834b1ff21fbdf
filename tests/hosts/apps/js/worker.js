import doorward, { protect } from "doorward/workers";
import { answer, known, options } from "./common.js";

const handler = (_request, _env, _ctx, decision) => Response.json(answer(decision));

let guarded;

export default {
  fetch(request, env, ctx) {
    // its policy comes in the environment, which a worker sees only here
    guarded ??= protect(doorward(options(env)), handler, {
      context: (asked) => known(asked.headers),
    });
    return guarded(request, env, ctx);
  },
};
