import doorward, { protect } from "doorward/next";
import { known, options } from "../js/common.js";

export const proxy = protect(doorward(options()), { context: (request) => known(request.headers) });
