// Walks the client's promises against a running gateway; prints what it found as one JSON object.
import { RadiantClient, RadiantError, ROUTES } from "../../clients/typescript/dist/index.js";

const [baseUrl, token] = process.argv.slice(2);
const asked = [];
let lose = 0;
const watched = async (url, request) => {
  asked.push({ url, key: request.headers.get("idempotency-key") });
  const answer = await fetch(url, request);
  if (lose-- > 0) throw new TypeError("the answer was lost");
  return answer;
};
const client = new RadiantClient({ baseUrl, token: async () => token, fetch: watched });
const vote = { outputId: "a/b ü", userId: "u", rating: "RATING_POSITIVE", source: "FEEDBACK_SOURCE_API" };
const awake = setInterval(() => {}, 1000); // deadlines alone do not keep Node running
const found = { routes: Object.keys(ROUTES).length };

lose = 2;
found.outcome = (await client.call("submitExplicitFeedback", { body: vote })).outcome;
found.keys = asked.map((each) => each.key);
const stats = await client.call("getFeedbackStats", { path: { outputId: vote.outputId } });
found.positive = stats.counts.positive;

const failure = async (work) => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RadiantError)) return { other: error.name };
    return { status: error.status, reason: error.reason, errors: error.errors, wait: error.retryAfterMs };
  }
};
found.bad = await failure(() => client.call("submitExplicitFeedback", { body: { ...vote, outputId: "" } }));
found.missing = await failure(() => client.call("getFeedbackStats", { path: { outputId: "none" } }));
found.stranger = await failure(() => new RadiantClient({ baseUrl, token: "x" }).call("getWidgetConfig"));

const scripted = (...answers) => {
  const seen = [];
  const next = async (url, request) => {
    seen.push(request.headers.get("idempotency-key"));
    const [status, wait] = answers.shift();
    if (status === "hang") return new Promise((_, no) => request.signal.addEventListener("abort", () => no(request.signal.reason)));
    return new Response('{"reason":"SCRIPTED"}', { status, headers: wait === undefined ? {} : { "retry-after": wait } });
  };
  return { seen, client: new RadiantClient({ fetch: next, timeoutMs: 300 }) };
};
const busy = scripted([503], [429, "1"], [502], [200]);
const begun = Date.now();
await busy.client.call("submitExplicitFeedback", { body: vote });
found.busy = { tries: busy.seen.length, keys: new Set(busy.seen).size, waited: Date.now() - begun };
const once = scripted([400], [200]);
found.once = [await failure(() => once.client.call("submitExplicitFeedback", { body: vote })), once.seen.length];
const long = scripted([429, "3600"], [200]);
found.long = [await failure(() => long.client.call("getWidgetConfig")), long.seen.length];
const late = scripted(["hang"], ["hang"], ["hang"], ["hang"]);
found.late = [await failure(() => late.client.call("getWidgetConfig")), late.seen.length];
const given = scripted(["hang"]);
const stop = new AbortController();
setTimeout(() => stop.abort(), 50);
found.givenUp = [await failure(() => given.client.call("getWidgetConfig", {}, { signal: stop.signal })), given.seen.length];

clearInterval(awake);
console.log(JSON.stringify(found));
