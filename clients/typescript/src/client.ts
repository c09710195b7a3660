/** Typed calls of the gateway over fetch: tokens, deadlines, safe repeats, and refusals as errors. */
import { PREFIX, ROUTES } from "./routes.js";
import type { RouteInfo, Routes } from "./routes.js";

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
type Arguments<Name extends keyof Routes> = NeedsNothing<Name> extends true
  ? [input?: Input<Name>, options?: CallOptions]
  : [input: Input<Name>, options?: CallOptions];

export interface FieldError {
  field: string;
  detail: string;
}

/** A refusal or a failure (RFC 9457). Without an answer the status is 0 and the reason NO_ANSWER or TIMEOUT. */
export class RadiantError extends Error {
  override readonly name = "RadiantError";
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

  constructor(status: number, problem: Problem, retryAfterMs = 0, cause?: unknown) {
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

interface Problem {
  reason?: string;
  detail?: string;
  errors?: FieldError[];
  requestId?: string;
  errorId?: string;
  retryAfter?: number;
}

interface Given {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  audio?: Blob;
}

const AGAIN = new Set([0, 429, 502, 503]);

/** Calls the gateway. One client serves a whole program. */
export class RadiantClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
  }

  /**
   * Makes one call. What is safe to repeat (reads, and writes with their key) is repeated with the same key while the
   * service cannot be reached or is busy. Throws RadiantError; or the signal's reason when the caller gave up.
   */
  async call<Name extends keyof Routes>(name: Name, ...[input, options = {}]: Arguments<Name>): Promise<Answer<Name>> {
    const route: RouteInfo = ROUTES[name];
    const given = (input ?? {}) as Given;
    const headers = new Headers({ accept: route.lines ? "application/x-ndjson, application/json" : "application/json" });
    if (route.idempotent) headers.set("idempotency-key", options.idempotencyKey ?? crypto.randomUUID());
    if (options.ifMatch !== undefined) headers.set("if-match", quoted(options.ifMatch));
    const body = bodyOf(route, given, headers);
    const url = (this.#options.baseUrl ?? "").replace(/\/+$/, "") + PREFIX + filled(route.path, given);
    const safe = route.idempotent || route.method === "GET";
    for (let left = safe ? (this.#options.retries ?? 3) : 0, wait = 250; ; left--, wait *= 2) {
      try {
        return (await this.#once(route, url, { method: route.method, headers, body }, options)) as Answer<Name>;
      } catch (error) {
        if (!(error instanceof RadiantError) || !AGAIN.has(error.status) || left <= 0) throw error;
        const least = Math.max(error.retryAfterMs, wait * (0.5 + Math.random() / 2));
        if (least > (this.#options.waitMaxMs ?? 30_000)) throw error;
        await pause(least, options.signal);
      }
    }
  }

  async #once(route: RouteInfo, url: string, request: RequestInit, options: CallOptions): Promise<unknown> {
    const { token } = this.#options;
    const headers = new Headers(request.headers);
    const text = typeof token === "function" ? await token() : token;
    if (text) headers.set("authorization", `Bearer ${text}`);
    const deadline = AbortSignal.timeout(options.timeoutMs ?? this.#options.timeoutMs ?? 10_000);
    const ended = new AbortController();
    for (const signal of [deadline, options.signal]) {
      if (signal?.aborted) ended.abort(signal.reason);
      signal?.addEventListener("abort", () => ended.abort(signal.reason), { signal: ended.signal });
    }
    try {
      const ask = this.#options.fetch ?? fetch;
      const answer = await ask(url, { ...request, headers, signal: ended.signal });
      const content = await answer.text();
      if (!answer.ok) throw refusal(answer, content);
      if (!route.lines) return content ? JSON.parse(content) : {};
      return content.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
    } catch (error) {
      if (error instanceof RadiantError) throw error;
      options.signal?.throwIfAborted();
      const late = deadline.aborted;
      const problem = { reason: late ? "TIMEOUT" : "NO_ANSWER", detail: late ? "There was no answer in time." : String(error) };
      throw new RadiantError(0, problem, 0, error);
    } finally {
      if (!ended.signal.aborted) ended.abort();
    }
  }
}

function bodyOf(route: RouteInfo, given: Given, headers: Headers): BodyInit | null {
  if (route.upload === null) {
    if (given.body === undefined) return null;
    headers.set("content-type", "application/json");
    return JSON.stringify(given.body);
  }
  const audio = given.audio ?? new Blob();
  if (route.upload === "") return audio;
  const form = new FormData();
  form.append(route.upload, new Blob([JSON.stringify(given.body ?? {})], { type: "application/json" }));
  form.append("audio", audio, "audio");
  return form;
}

function filled(path: string, given: Given): string {
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) query.append(name, String(each));
  }
  return query.size > 0 ? `${place}?${query}` : place;
}

function quoted(tag: string): string {
  return tag === "*" || tag.endsWith('"') ? tag : `"${tag}"`;
}

function refusal(answer: Response, content: string): RadiantError {
  let problem: Problem = {};
  try {
    problem = JSON.parse(content) as Problem;
  } catch {
    // Whatever stands between here and the gateway answered in its own words.
  }
  const told = Number(answer.headers.get("retry-after") ?? problem.retryAfter ?? 0);
  return new RadiantError(answer.status, problem, Number.isFinite(told) ? 1000 * told : 0);
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
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
