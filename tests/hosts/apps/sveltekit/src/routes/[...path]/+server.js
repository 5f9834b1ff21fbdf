import { answer } from "../../../../js/common.js";

export const fallback = ({ locals }) => Response.json(answer(locals.doorward));
