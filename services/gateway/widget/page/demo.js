/* The demonstration page: creates a widget from the form and lists the events of the widget. */
"use strict";

const container = document.querySelector("#container");
const log = document.querySelector("#log");

function showWidget(form) {
  const values = new FormData(form);
  const widget = document.createElement("radiant-feedback");
  widget.setAttribute("output-id", values.get("output"));
  widget.setAttribute("user-id", values.get("user"));
  widget.setAttribute("lang", values.get("lang"));
  widget.setAttribute("for", "answer");
  widget.setAttribute("reply", "composer");
  widget.token = values.get("token");
  container.replaceChildren(widget);
}

function logEvent(event) {
  const { kind, problem, requestId } = event.detail;
  const line = document.createElement("li");
  line.textContent = problem ? `${kind}: ${problem.reason}` : `${kind}: stored (${requestId})`;
  log.append(line);
}

document.querySelector("#settings").addEventListener("submit", (event) => {
  event.preventDefault();
  showWidget(event.target);
});
document.querySelector("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  event.target.reset();
});
document.addEventListener("radiant-feedback-sent", logEvent);
document.addEventListener("radiant-feedback-error", logEvent);
