// Remembers each request's socket: without it route handlers cannot tell who is asking.
export { register } from "doorward/next";
