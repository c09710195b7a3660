/** A client of the REST API over fetch: tokens, timeouts, safe retries, and problem documents as errors. */
import type { Problem } from "./generated/types.js";
import type { Routes } from "./routes.js";
export interface ClientOptions {
    /** Origin of the gateway, or a path of the product's own backend. Default: the origin of the page. */
    baseUrl?: string;
    /** Bearer token, or a function that returns it for each request. Omit it if a backend adds the token. */
    token?: string | (() => string | Promise<string>);
    /** Timeout of one request and its response, in milliseconds. Default 10,000. */
    timeoutMs?: number;
    /** Maximum number of retries of a request that is safe to repeat. Default 3. */
    retries?: number;
    /** Longest wait between two attempts, in milliseconds. A longer Retry-After ends the attempts. Default 30,000. */
    waitMaxMs?: number;
    /** Replaces the global fetch. */
    fetch?: typeof fetch;
}
export interface CallOptions {
    /** UUID that makes a write safe to repeat, also after a restart of the caller. Default: a new one for each call. */
    idempotencyKey?: string;
    /** The `etag` that the caller has read. The call fails with status 412 if the resource has changed since. */
    ifMatch?: string;
    /** Aborts the call. */
    signal?: AbortSignal;
    /** Replaces the timeout of the client, in milliseconds. */
    timeoutMs?: number;
}
/** Input of an operation: path, query, body and recording. */
export type Input<Name extends keyof Routes> = Omit<Routes[Name], "answer">;
/** Answer of an operation. */
export type Answer<Name extends keyof Routes> = Routes[Name]["answer"];
type IsOptional<Name extends keyof Routes> = {} extends Input<Name> ? true : false;
type Arguments<Name extends keyof Routes> = IsOptional<Name> extends true ? [input?: Input<Name>, options?: CallOptions] : [input: Input<Name>, options?: CallOptions];
export interface FieldError {
    field: string;
    detail: string;
}
/** An error response (RFC 9457). Without a response, the status is 0 and the reason NO_ANSWER or TIMEOUT. */
export declare class RadiantError extends Error {
    readonly name = "RadiantError";
    /** HTTP status; 0 without a response. */
    readonly status: number;
    /** Machine-readable and stable, in UPPER_SNAKE_CASE. */
    readonly reason: string;
    /** Describes the error in one sentence. */
    readonly detail: string;
    /** One entry for each invalid field, parameter or header. */
    readonly errors: readonly FieldError[];
    /** Identifies the request in the logs of the server. */
    readonly requestId: string;
    /** Identifies a logged internal error. */
    readonly errorId: string;
    /** Milliseconds to wait before a retry. */
    readonly retryAfterMs: number;
    constructor(status: number, problem: Partial<Problem>, retryAfterMs?: number, cause?: unknown);
}
/** Calls the gateway. One client serves a whole program. */
export declare class RadiantClient {
    #private;
    constructor(options?: ClientOptions);
    /**
     * Calls one operation. Retries reads, and writes with the same key, while the service is unreachable or overloaded.
     * Throws RadiantError, or the reason of `signal` if the caller aborted the call.
     */
    call<Name extends keyof Routes>(name: Name, ...[input, options]: Arguments<Name>): Promise<Answer<Name>>;
}
export {};
