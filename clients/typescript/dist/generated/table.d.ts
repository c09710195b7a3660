import type { RouteInfo, Routes } from "../routes.js";
/** Path of the API below the origin. */
export declare const PREFIX = "/api/v2";
/** Every operation by name. */
export declare const ROUTES: {
    readonly [Name in keyof Routes]: RouteInfo;
};
