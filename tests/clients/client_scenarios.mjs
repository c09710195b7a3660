// Calls a running gateway and scripted responses through the client; prints the observations as one JSON object.
import { RadiantClient, RadiantError, ROUTES } from "../../clients/typescript/dist/index.js";

const [baseUrl, token] = process.argv.slice(2);
const vote = { outputId: "a/b ü", userId: "u", rating: "RATING_POSITIVE", source: "FEEDBACK_SOURCE_API" };
const timer = setInterval(() => {}, 1000); // timeouts of AbortSignal alone do not keep Node running
const found = { routes: Object.keys(ROUTES).length };

const failure = async (call) => {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof RadiantError)) return { other: error.name };
    return { status: error.status, reason: error.reason, errors: error.errors, wait: error.retryAfterMs };
  }
};

// A gateway whose first two responses are lost.
const requests = [];
let lostResponses = 2;
const lossyFetch = async (url, request) => {
  requests.push({ url, key: request.headers.get("idempotency-key") });
  const response = await fetch(url, request);
  if (lostResponses-- > 0) throw new TypeError("the response was lost");
  return response;
};
const client = new RadiantClient({ baseUrl, token: async () => token, fetch: lossyFetch });
found.outcome = (await client.call("submitExplicitFeedback", { body: vote })).outcome;
found.keys = requests.map((each) => each.key);
const stats = await client.call("getFeedbackStats", { path: { outputId: vote.outputId } });
found.positive = stats.counts.positive;
const retraction = { outputId: vote.outputId, userId: "\u200bu", kinds: ["FEEDBACK_KIND_EXPLICIT"] };
found.retracted = (await client.call("retractFeedback", { body: retraction })).explicitRetracted;
const profiles = [{ model: "m", cost: 0.5 }, { model: "n & o", capabilities: ["vision"] }];
const query = { userId: "u", taskType: "chat", candidates: ["m", "n & o"], requiredCapabilities: ["vision"], profiles };
found.recommended = (await client.call("getRecommendation", { query })).recommendation.model;

found.invalid = await failure(() => client.call("submitExplicitFeedback", { body: { ...vote, outputId: "" } }));
found.missing = await failure(() => client.call("getFeedbackStats", { path: { outputId: "none" } }));
found.unauthenticated = await failure(() => new RadiantClient({ baseUrl, token: "x" }).call("getWidgetConfig"));

// Scripted responses: [status, Retry-After]; the status "hang" never responds.
const scripted = (...responses) => {
  const keys = [];
  const scriptedFetch = async (url, request) => {
    keys.push(request.headers.get("idempotency-key"));
    const [status, wait] = responses.shift();
    if (status === "hang") {
      return new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
    }
    return new Response('{"reason":"SCRIPTED"}', { status, headers: wait === undefined ? {} : { "retry-after": wait } });
  };
  return { keys, client: new RadiantClient({ fetch: scriptedFetch, timeoutMs: 300 }) };
};
const overloaded = scripted([503], [429, "1"], [502], [200]);
const start = Date.now();
await overloaded.client.call("submitExplicitFeedback", { body: vote });
const { keys } = overloaded;
found.overloaded = { attempts: keys.length, keys: new Set(keys).size, elapsed: Date.now() - start };
const rejected = scripted([400], [200]);
found.rejected = [await failure(() => rejected.client.call("submitExplicitFeedback", { body: vote })), rejected.keys.length];
const longWait = scripted([429, "3600"], [200]);
found.longWait = [await failure(() => longWait.client.call("getWidgetConfig")), longWait.keys.length];
const silent = scripted(["hang"], ["hang"], ["hang"], ["hang"]);
found.silent = [await failure(() => silent.client.call("getWidgetConfig")), silent.keys.length];
const aborted = scripted(["hang"]);
const controller = new AbortController();
setTimeout(() => controller.abort(), 50);
const options = { signal: controller.signal };
found.aborted = [await failure(() => aborted.client.call("getWidgetConfig", {}, options)), aborted.keys.length];

clearInterval(timer);
console.log(JSON.stringify(found));
