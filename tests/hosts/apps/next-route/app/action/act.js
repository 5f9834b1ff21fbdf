"use server";

import doorward, { request } from "doorward/next";
import { answer, known, options } from "../../../js/common.js";

const ward = doorward(options());

export async function act() {
  const sent = await request();
  return answer(await ward.protect(sent, known(sent.headers)));
}
