/* The demonstration page: makes a widget from the form and lists what it tells. */
"use strict";

const place = document.querySelector("#place");
const log = document.querySelector("#log");

function show(form) {
  const values = new FormData(form);
  const widget = document.createElement("radiant-feedback");
  widget.setAttribute("output-id", values.get("output"));
  widget.setAttribute("user-id", values.get("user"));
  widget.setAttribute("lang", values.get("lang"));
  widget.setAttribute("for", "answer");
  widget.setAttribute("reply", "composer");
  widget.token = values.get("token");
  place.replaceChildren(widget);
}

function list(event) {
  const { kind, problem, requestId } = event.detail;
  const line = document.createElement("li");
  line.textContent = problem ? `${kind}: ${problem.reason}` : `${kind}: stored (${requestId})`;
  log.append(line);
}

document.querySelector("#settings").addEventListener("submit", (event) => {
  event.preventDefault();
  show(event.target);
});
document.querySelector("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  event.target.reset();
});
document.addEventListener("radiant-feedback-sent", list);
document.addEventListener("radiant-feedback-error", list);
