// What pages do in the browser: local times, charts, theme, focus. Everything works without it but charts and live numbers.
"use strict";
(() => {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const charts = new Map();
  let library;

  function times(top) {
    const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    for (const each of top.querySelectorAll("time[datetime]")) {
      const at = new Date(each.dateTime);
      if (isNaN(at)) continue;
      each.textContent = format.format(at);
      each.title = `${at.toISOString()} (${Intl.DateTimeFormat().resolvedOptions().timeZone} shown)`;
    }
  }

  function echarts() {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.querySelector("meta[name=radiant-static]").content + "/vendor/echarts.min.js";
      script.onload = () => done(window.echarts);
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  function colours() {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      text: of("--text"), soft: of("--soft"), line: of("--line"), back: of("--back"),
      series: ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"].map(of),
      low: of("--low"), middle: of("--middle"), high: of("--high"),
    };
  }

  function themed(option) {
    const c = colours();
    const axis = (each) => ({
      ...each,
      axisLabel: { color: c.soft, ...each.axisLabel },
      axisLine: { lineStyle: { color: c.line } },
      splitLine: { lineStyle: { color: c.line }, ...each.splitLine },
      nameTextStyle: { color: c.soft },
    });
    const axes = (given) => (Array.isArray(given) ? given.map(axis) : given && axis(given));
    const made = {
      ...option,
      color: c.series,
      backgroundColor: "transparent",
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { color: c.text, fontFamily: getComputedStyle(document.body).fontFamily },
      legend: option.legend && { top: 0, textStyle: { color: c.text }, pageTextStyle: { color: c.text }, ...option.legend },
      tooltip: { renderMode: "richText", confine: true, ...option.tooltip },
      xAxis: axes(option.xAxis),
      yAxis: axes(option.yAxis),
    };
    if (option.visualMap) {
      made.visualMap = { inRange: { color: [c.low, c.middle, c.high] }, textStyle: { color: c.soft }, ...option.visualMap };
    }
    return made;
  }

  async function draw(top) {
    for (const [box, chart] of charts) if (!box.isConnected) { chart.dispose(); charts.delete(box); }
    const boxes = [...top.querySelectorAll("[data-chart]")].filter((box) => !charts.has(box));
    if (!boxes.length) return;
    const lib = await echarts();
    for (const box of boxes) {
      if (!box.isConnected || charts.has(box)) continue;
      const given = document.querySelector(`script[data-option="${CSS.escape(box.dataset.chart)}"]`);
      const chart = lib.init(box, null, { renderer: "canvas" });
      charts.set(box, chart);
      box.given = JSON.parse(given.textContent);
      chart.setOption(themed(box.given));
      if (box.dataset.links) {
        chart.on("click", (event) => {
          const values = (event.data && event.data.link) || event.value || [];
          const to = box.dataset.links.replace(/\{(\d+)\}/g, (_, index) => encodeURIComponent(values[index] ?? ""));
          location.assign(to);
        });
      }
    }
    root.dataset.drawn = String(charts.size);
  }

  function redraw() {
    for (const [box, chart] of charts) chart.setOption(themed(box.given), true);
  }

  function fresh(top) {
    times(top);
    draw(top);
  }

  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("DOMContentLoaded", () => fresh(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    fresh(document);
    if (event.detail.boosted || event.target === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    const drawer = document.getElementById("drawer");
    if (drawer && drawer.contains(event.target)) drawer.querySelector("[data-close]")?.focus();
  });
  document.addEventListener("htmx:sseMessage", (event) => times(event.target));

  document.addEventListener("click", (event) => {
    const on = event.target.closest("[data-theme-switch], [data-close], [data-back]");
    if (!on) return;
    if (on.matches("[data-theme-switch]")) {
      root.dataset.theme = dark() ? "light" : "dark";
      localStorage.setItem("radiant-theme", root.dataset.theme);
      redraw();
    } else if (on.matches("[data-close]")) {
      shut();
    } else {
      event.preventDefault();
      history.back();
    }
  });

  let opener = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target && event.detail.target.id === "drawer") opener = event.detail.elt;
  });
  function shut() {
    document.getElementById("drawer").replaceChildren();
    opener?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.getElementById("drawer")?.childElementCount) shut();
  });
  document.addEventListener("submit", (event) => {
    const asks = event.target.dataset.sure;
    if (asks && !confirm(asks)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
})();
