import { PREFIX, ROUTES } from "./routes.js";
import { withUserKeys } from "./users.js";
/** An error response (RFC 9457). Without a response, the status is 0 and the reason NO_ANSWER or TIMEOUT. */
export class RadiantError extends Error {
    name = "RadiantError";
    /** HTTP status; 0 without a response. */
    status;
    /** Machine-readable and stable, in UPPER_SNAKE_CASE. */
    reason;
    /** Describes the error in one sentence. */
    detail;
    /** One entry for each invalid field, parameter or header. */
    errors;
    /** Identifies the request in the logs of the server. */
    requestId;
    /** Identifies a logged internal error. */
    errorId;
    /** Milliseconds to wait before a retry. */
    retryAfterMs;
    constructor(status, problem, retryAfterMs = 0, cause) {
        super(problem.detail ?? problem.reason ?? `status ${status}`, { cause });
        this.status = status;
        this.reason = problem.reason ?? "UNKNOWN";
        this.detail = problem.detail ?? "";
        this.errors = problem.errors ?? [];
        this.requestId = problem.requestId ?? "";
        this.errorId = problem.errorId ?? "";
        this.retryAfterMs = retryAfterMs;
    }
}
const RETRIED_STATUSES = new Set([0, 429, 502, 503]);
const FIRST_WAIT_MS = 250;
/** Calls the gateway. One client serves a whole program. */
export class RadiantClient {
    #options;
    constructor(options = {}) {
        this.#options = options;
    }
    /**
     * Calls one operation. Retries reads, and writes with the same key, while the service is unreachable or overloaded.
     * Throws RadiantError, or the reason of `signal` if the caller aborted the call.
     */
    async call(name, ...[input, options = {}]) {
        const route = ROUTES[name];
        const given = Object.fromEntries(Object.entries(input ?? {}).map(([part, fields]) => [part, part === "audio" ? fields : withUserKeys(fields)]));
        const headers = new Headers({ accept: route.lines ? "application/x-ndjson, application/json" : "application/json" });
        if (route.idempotent)
            headers.set("idempotency-key", options.idempotencyKey ?? crypto.randomUUID());
        if (options.ifMatch !== undefined)
            headers.set("if-match", quotedTag(options.ifMatch));
        const body = requestBody(route, given, headers);
        const url = (this.#options.baseUrl ?? "").replace(/\/+$/, "") + PREFIX + pathWithQuery(route.path, given);
        const isRepeatable = route.idempotent || route.method === "GET";
        const retries = isRepeatable ? (this.#options.retries ?? 3) : 0;
        for (let retry = 0;; retry++) {
            try {
                return (await this.#attempt(route, url, { method: route.method, headers, body }, options));
            }
            catch (error) {
                if (!(error instanceof RadiantError) || !RETRIED_STATUSES.has(error.status) || retry >= retries)
                    throw error;
                const backoffMs = FIRST_WAIT_MS * 2 ** retry * (0.5 + Math.random() / 2);
                const waitMs = Math.max(error.retryAfterMs, backoffMs);
                if (waitMs > (this.#options.waitMaxMs ?? 30_000))
                    throw error;
                await pause(waitMs, options.signal);
            }
        }
    }
    async #attempt(route, url, request, options) {
        const headers = new Headers(request.headers);
        const { token } = this.#options;
        const bearer = typeof token === "function" ? await token() : token;
        if (bearer)
            headers.set("authorization", `Bearer ${bearer}`);
        const timeout = AbortSignal.timeout(options.timeoutMs ?? this.#options.timeoutMs ?? 10_000);
        const aborted = new AbortController();
        for (const signal of [timeout, options.signal]) {
            if (signal?.aborted)
                aborted.abort(signal.reason);
            signal?.addEventListener("abort", () => aborted.abort(signal.reason), { signal: aborted.signal });
        }
        try {
            const send = this.#options.fetch ?? fetch;
            const response = await send(url, { ...request, headers, signal: aborted.signal });
            const content = await response.text();
            if (!response.ok)
                throw responseError(response, content);
            if (!route.lines)
                return content ? JSON.parse(content) : {};
            return content.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
        }
        catch (error) {
            if (error instanceof RadiantError)
                throw error;
            options.signal?.throwIfAborted();
            const isTimeout = timeout.aborted;
            const detail = isTimeout ? "The response did not arrive in time." : String(error);
            throw new RadiantError(0, { reason: isTimeout ? "TIMEOUT" : "NO_ANSWER", detail }, 0, error);
        }
        finally {
            if (!aborted.signal.aborted)
                aborted.abort(); // removes the listeners
        }
    }
}
function requestBody(route, given, headers) {
    if (route.upload === null) {
        if (given.body === undefined)
            return null;
        headers.set("content-type", "application/json");
        return JSON.stringify(given.body);
    }
    const audio = given.audio ?? new Blob();
    if (route.upload === "")
        return audio;
    const form = new FormData();
    form.append(route.upload, new Blob([JSON.stringify(given.body ?? {})], { type: "application/json" }));
    form.append("audio", audio, "audio");
    return form;
}
function pathWithQuery(template, given) {
    const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given.path?.[name] ?? ""));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given.query ?? {})) {
        for (const each of Array.isArray(value) ? value : [value])
            if (each !== undefined)
                query.append(name, queryText(each));
    }
    return query.size > 0 ? `${path}?${query}` : path;
}
function queryText(value) {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
}
function quotedTag(etag) {
    return etag === "*" || etag.endsWith('"') ? etag : `"${etag}"`;
}
function responseError(response, content) {
    let problem = {};
    try {
        problem = JSON.parse(content);
    }
    catch {
        // A proxy between the client and the gateway may answer without JSON.
    }
    const seconds = Number(response.headers.get("retry-after") ?? problem.retryAfter ?? 0);
    return new RadiantError(response.status, problem, Number.isFinite(seconds) ? 1000 * seconds : 0);
}
function pause(ms, signal) {
    return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
        }, ms);
        signal?.addEventListener("abort", onAbort, { once: true });
    });
}
