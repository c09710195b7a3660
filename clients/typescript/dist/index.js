/** The client, its errors, and the types of the API. */
export * from "./client.js";
export * from "./routes.js";
export { userKey } from "./users.js";
