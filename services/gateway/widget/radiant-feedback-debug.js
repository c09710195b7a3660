/* Explains to developers why a widget shows nothing or why its feedback does not count. radiant-feedback.js imports this
   module on pages of the developer's machine, and everywhere with `?debug` at the end of its own address. */
"use strict";

const NAME = "radiant-feedback";
const README = "See the README of the widget, section Other origins.";
const IDS_MS = 1000;
const VIOLATION_MS = 100;
const explained = new WeakMap();

/* Shows a message once per widget: in the console, and in the place of the widget if it has nothing else to show. */
function explain(host, text) {
  const texts = explained.get(host) || new Set();
  if (texts.has(text)) return;
  explained.set(host, texts.add(text));
  console.warn(`<${NAME}>: ${text}`, host);
  if (!host.shadowRoot || host.shadowRoot.querySelector("[part=box]")) return;
  const note = document.createElement("p");
  Object.assign(note, { role: "note", textContent: `<${NAME}>: ${text}` });
  note.setAttribute("part", "problem");
  host.shadowRoot.replaceChildren(note);
}

/* Returns why the browser has no response: another origin that is not allowed, a content security policy, or no server. */
async function connectionProblem(host) {
  const { origin } = new URL(host.base, location.href);
  let directive = "";
  const onViolation = (event) => (directive = event.effectiveDirective);
  document.addEventListener("securitypolicyviolation", onViolation);
  const probe = fetch(`${origin}/widget/radiant-feedback.js`, { mode: "no-cors", cache: "no-store" });
  const isReachable = await probe.then(() => true, () => false);
  if (!isReachable) await new Promise((done) => setTimeout(done, VIOLATION_MS));
  document.removeEventListener("securitypolicyviolation", onViolation);
  if (directive) return `the content security policy of this page blocks ${origin}. Add it to ${directive}.`;
  if (!isReachable) return `the browser cannot reach ${origin}. Check the attribute endpoint (now ${host.base}).`;
  if (origin === location.origin) return `the connection to ${origin} failed. The request is sent again.`;
  return `${origin} does not allow requests of pages of ${location.origin} (CORS). ` +
    `Set RADIANT_GATEWAY_CORS_ORIGINS=${location.origin} for the gateway, or set the attribute endpoint to a path of ` +
    `your own backend, which forwards the requests. ${README}`;
}

async function configProblem(host, { status, reason, detail }) {
  if (status === 0) return connectionProblem(host);
  if (status === 401) {
    return host.token
      ? `the gateway rejects the token: ${detail || reason}`
      : `the request has no token. Set the attribute token, or set endpoint to a path of your backend, which adds the ` +
        `token. ${README}`;
  }
  if (reason === "NO_CONFIG" || status === 404) {
    return `${host.base} is not the API of a gateway. Set the attribute endpoint, for example ` +
      `endpoint="https://gateway.example/api/v2". Its default is a path of this page's origin.`;
  }
  return `the configuration was not loaded: ${status} ${reason}. ${detail || ""}`;
}

async function onEvent(host, { kind, problem, answer, request }) {
  if (kind === "config") explain(host, await configProblem(host, problem));
  else if (problem) explain(host, `a request (${kind}) failed: ${problem.status} ${problem.reason}. ${problem.detail || ""}`);
  else if (answer?.manifestKnown === false) {
    explain(host, `the rating is stored, but no manifest with the output_id "${request.outputId}" is known. The rating ` +
      `counts when the manifest arrives. Check that output-id is the output_id of the recorded manifest.`);
  }
}

function checkAttributes(host) {
  if (!host.isConnected) return;
  const missing = ["output-id", "user-id"].filter((name) => !host.getAttribute(name));
  if (missing.length) return explain(host, `the attributes ${missing.join(" and ")} are missing. The widget stays empty.`);
  const answer = host.getAttribute("for");
  if (!answer || host.getRootNode().getElementById(answer)) return;
  explain(host, `no element has the id "${answer}" yet. Signals about the answer are sent once it exists.`);
}

const checked = new WeakSet();
function checkWidgets() {
  for (const host of document.querySelectorAll(NAME)) {
    if (checked.has(host)) continue;
    checked.add(host);
    if (host._last) onEvent(host, host._last);
    setTimeout(() => checkAttributes(host), IDS_MS);
  }
}

for (const result of ["sent", "error"]) {
  document.addEventListener(`${NAME}-${result}`, (event) => {
    const [host] = event.composedPath();
    if (host instanceof HTMLElement) onEvent(host, event.detail);
  });
}
new MutationObserver(checkWidgets).observe(document, { childList: true, subtree: true });
checkWidgets();
