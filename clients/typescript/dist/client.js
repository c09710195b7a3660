/** Typed calls of the gateway over fetch: tokens, deadlines, safe repeats, and refusals as errors. */
import { PREFIX, ROUTES } from "./routes.js";
/** A refusal or a failure (RFC 9457). Without an answer the status is 0 and the reason NO_ANSWER or TIMEOUT. */
export class RadiantError extends Error {
    name = "RadiantError";
    /** HTTP status; 0 without an answer. */
    status;
    /** Machine-readable, UPPER_SNAKE_CASE; stable. */
    reason;
    /** A sentence for people. */
    detail;
    /** Each bad field, parameter or header. */
    errors;
    /** Names the request in logs. */
    requestId;
    /** Under which a failure inside was logged. */
    errorId;
    /** Least milliseconds to wait before another try. */
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
const AGAIN = new Set([0, 429, 502, 503]);
/** Calls the gateway. One client serves a whole program. */
export class RadiantClient {
    #options;
    constructor(options = {}) {
        this.#options = options;
    }
    /**
     * Makes one call. What is safe to repeat (reads, and writes with their key) is repeated with the same key while the
     * service cannot be reached or is busy. Throws RadiantError; or the signal's reason when the caller gave up.
     */
    async call(name, ...[input, options = {}]) {
        const route = ROUTES[name];
        const given = (input ?? {});
        const headers = new Headers({ accept: route.lines ? "application/x-ndjson, application/json" : "application/json" });
        if (route.idempotent)
            headers.set("idempotency-key", options.idempotencyKey ?? crypto.randomUUID());
        if (options.ifMatch !== undefined)
            headers.set("if-match", quoted(options.ifMatch));
        const body = bodyOf(route, given, headers);
        const url = (this.#options.baseUrl ?? "").replace(/\/+$/, "") + PREFIX + filled(route.path, given);
        const safe = route.idempotent || route.method === "GET";
        for (let left = safe ? (this.#options.retries ?? 3) : 0, wait = 250;; left--, wait *= 2) {
            try {
                return (await this.#once(route, url, { method: route.method, headers, body }, options));
            }
            catch (error) {
                if (!(error instanceof RadiantError) || !AGAIN.has(error.status) || left <= 0)
                    throw error;
                const least = Math.max(error.retryAfterMs, wait * (0.5 + Math.random() / 2));
                if (least > (this.#options.waitMaxMs ?? 30_000))
                    throw error;
                await pause(least, options.signal);
            }
        }
    }
    async #once(route, url, request, options) {
        const { token } = this.#options;
        const headers = new Headers(request.headers);
        const text = typeof token === "function" ? await token() : token;
        if (text)
            headers.set("authorization", `Bearer ${text}`);
        const deadline = AbortSignal.timeout(options.timeoutMs ?? this.#options.timeoutMs ?? 10_000);
        const ended = new AbortController();
        for (const signal of [deadline, options.signal]) {
            if (signal?.aborted)
                ended.abort(signal.reason);
            signal?.addEventListener("abort", () => ended.abort(signal.reason), { signal: ended.signal });
        }
        try {
            const ask = this.#options.fetch ?? fetch;
            const answer = await ask(url, { ...request, headers, signal: ended.signal });
            const content = await answer.text();
            if (!answer.ok)
                throw refusal(answer, content);
            if (!route.lines)
                return content ? JSON.parse(content) : {};
            return content.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
        }
        catch (error) {
            if (error instanceof RadiantError)
                throw error;
            options.signal?.throwIfAborted();
            const late = deadline.aborted;
            const problem = { reason: late ? "TIMEOUT" : "NO_ANSWER", detail: late ? "There was no answer in time." : String(error) };
            throw new RadiantError(0, problem, 0, error);
        }
        finally {
            if (!ended.signal.aborted)
                ended.abort();
        }
    }
}
function bodyOf(route, given, headers) {
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
function filled(path, given) {
    const place = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given.path?.[name] ?? ""));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given.query ?? {})) {
        for (const each of Array.isArray(value) ? value : [value])
            if (each !== undefined)
                query.append(name, String(each));
    }
    return query.size > 0 ? `${place}?${query}` : place;
}
function quoted(tag) {
    return tag === "*" || tag.endsWith('"') ? tag : `"${tag}"`;
}
function refusal(answer, content) {
    let problem = {};
    try {
        problem = JSON.parse(content);
    }
    catch {
        // Whatever stands between here and the gateway answered in its own words.
    }
    const told = Number(answer.headers.get("retry-after") ?? problem.retryAfter ?? 0);
    return new RadiantError(answer.status, problem, Number.isFinite(told) ? 1000 * told : 0);
}
function pause(ms, signal) {
    return new Promise((done, failed) => {
        signal?.throwIfAborted();
        const gaveUp = () => {
            clearTimeout(timer);
            failed(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", gaveUp);
            done();
        }, ms);
        signal?.addEventListener("abort", gaveUp, { once: true });
    });
}
