export { register } from "doorward/next";
