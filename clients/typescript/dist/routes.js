export { PREFIX, ROUTES } from "./generated/table.js";
