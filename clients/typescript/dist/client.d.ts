import type { Routes } from "./routes.js";
export interface ClientOptions {
    /** Origin of the gateway, or a path of the product's own backend; the routes' prefix is added. Default: this page's. */
    baseUrl?: string;
    /** The bearer token, or what gets it anew for each request; none for a backend that adds it. */
    token?: string | (() => string | Promise<string>);
    /** For one request and its answer, in milliseconds. Default 10,000. */
    timeoutMs?: number;
    /** How often a request that is safe to repeat is repeated after the first. Default 3. */
    retries?: number;
    /** Longest wait between two tries, in milliseconds. A server that asks for more ends the tries. Default 30,000. */
    waitMaxMs?: number;
    /** Replaces the global fetch. */
    fetch?: typeof fetch;
}
export interface CallOptions {
    /** Makes the call safe to repeat over restarts of the caller; made up for each call when absent. A UUID. */
    idempotencyKey?: string;
    /** State that the caller has seen, from the `etag` of what it read; another one is refused with status 412. */
    ifMatch?: string;
    /** Ends the call. */
    signal?: AbortSignal;
    /** Replaces the client's. */
    timeoutMs?: number;
}
/** What an operation takes: its path, query, body and recording. */
export type Input<Name extends keyof Routes> = Omit<Routes[Name], "answer">;
/** What an operation answers. */
export type Answer<Name extends keyof Routes> = Routes[Name]["answer"];
type NeedsNothing<Name extends keyof Routes> = {} extends Input<Name> ? true : false;
type Arguments<Name extends keyof Routes> = NeedsNothing<Name> extends true ? [input?: Input<Name>, options?: CallOptions] : [input: Input<Name>, options?: CallOptions];
export interface FieldError {
    field: string;
    detail: string;
}
/** A refusal or a failure (RFC 9457). Without an answer the status is 0 and the reason NO_ANSWER or TIMEOUT. */
export declare class RadiantError extends Error {
    readonly name = "RadiantError";
    /** HTTP status; 0 without an answer. */
    readonly status: number;
    /** Machine-readable, UPPER_SNAKE_CASE; stable. */
    readonly reason: string;
    /** A sentence for people. */
    readonly detail: string;
    /** Each bad field, parameter or header. */
    readonly errors: readonly FieldError[];
    /** Names the request in logs. */
    readonly requestId: string;
    /** Under which a failure inside was logged. */
    readonly errorId: string;
    /** Least milliseconds to wait before another try. */
    readonly retryAfterMs: number;
    constructor(status: number, problem: Problem, retryAfterMs?: number, cause?: unknown);
}
interface Problem {
    reason?: string;
    detail?: string;
    errors?: FieldError[];
    requestId?: string;
    errorId?: string;
    retryAfter?: number;
}
/** Calls the gateway. One client serves a whole program. */
export declare class RadiantClient {
    #private;
    constructor(options?: ClientOptions);
    /**
     * Makes one call. What is safe to repeat (reads, and writes with their key) is repeated with the same key while the
     * service cannot be reached or is busy. Throws RadiantError; or the signal's reason when the caller gave up.
     */
    call<Name extends keyof Routes>(name: Name, ...[input, options]: Arguments<Name>): Promise<Answer<Name>>;
}
export {};
