import { decisionContext } from "doorward/react-router";
import { answer } from "../../js/common.js";

export const loader = ({ context }) => Response.json(answer(context.get(decisionContext)));

export { loader as action };
