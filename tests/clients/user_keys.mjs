// Prints the keys of the published user ids, the invisible characters, and a request with spellings of a user id, as JSON.
import { readFileSync } from "node:fs";
import { RadiantClient, userKey } from "../../clients/typescript/dist/index.js";

const cases = JSON.parse(readFileSync(process.argv[2])).user_keys;
const invisible = [];
for (let code = 0; code < 0x110000; code++) {
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  if (!isSurrogate && userKey(`.${String.fromCodePoint(code)}.`) === "..") invisible.push(code);
}
const requests = [];
const fetch = async (url, { body }) => {
  requests.push(body ? JSON.parse(body) : url);
  return new Response("{}");
};
const client = new RadiantClient({ fetch });
const userId = "\ufeffa\u200blice ";
const signal = { outputId: "o", signalType: "SIGNAL_TYPE_COPY_RESPONSE", signalValue: { userId } };
await client.call("exportUser", { path: { userId } });
await client.call("getRecommendation", { query: { userId, taskType: "chat" } });
await client.call("submitImplicitSignal", { body: { ...signal, userId } });
await client.call("batchSubmitImplicitSignals", { body: { signals: [{ ...signal, userId }] } });
console.log(JSON.stringify({ keys: cases.map((each) => userKey(each.user_id)), invisible, requests }));
