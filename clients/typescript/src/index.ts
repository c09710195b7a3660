/** The client, its errors, and the types of the API. */
export * from "./client.js";
export * from "./routes.js";
export { userKey } from "./users.js";
export type { components, operations, paths } from "./generated/openapi.js";
export type * from "./generated/types.js";
export type { JsonObject, JsonValue } from "./json.js";
