// Browser code of the console: local times, charts, theme and focus. Without it, all pages work except charts and live numbers.
"use strict";
(() => {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const charts = new Map();
  let library;

  function localizeTimes(container) {
    const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    for (const element of container.querySelectorAll("time[datetime]")) {
      const time = new Date(element.dateTime);
      if (isNaN(time)) continue;
      element.textContent = format.format(time);
      element.title = `${time.toISOString()} (shown in ${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
    }
  }

  function loadEcharts() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.querySelector("meta[name=radiant-static]").content + "/vendor/echarts.min.js";
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  function themeColours() {
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue(name).trim();
    return {
      text: value("--text"), soft: value("--soft"), line: value("--line"),
      series: ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"].map(value),
      low: value("--low"), middle: value("--middle"), high: value("--high"),
    };
  }

  function withTheme(option) {
    const colours = themeColours();
    const axis = (given) => ({
      ...given,
      axisLabel: { color: colours.soft, ...given.axisLabel },
      axisLine: { lineStyle: { color: colours.line } },
      splitLine: { lineStyle: { color: colours.line }, ...given.splitLine },
      nameTextStyle: { color: colours.soft },
    });
    const axes = (given) => (Array.isArray(given) ? given.map(axis) : given && axis(given));
    const themed = {
      ...option,
      color: colours.series,
      backgroundColor: "transparent",
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { color: colours.text, fontFamily: getComputedStyle(document.body).fontFamily },
      legend: option.legend && { top: 0, textStyle: { color: colours.text }, pageTextStyle: { color: colours.text }, ...option.legend },
      tooltip: { renderMode: "richText", confine: true, ...option.tooltip },
      xAxis: axes(option.xAxis),
      yAxis: axes(option.yAxis),
    };
    if (option.visualMap) {
      themed.visualMap = { inRange: { color: [colours.low, colours.middle, colours.high] }, textStyle: { color: colours.soft }, ...option.visualMap };
    }
    return themed;
  }

  async function drawCharts(container) {
    for (const [box, chart] of charts) if (!box.isConnected) { chart.dispose(); charts.delete(box); }
    const boxes = [...container.querySelectorAll("[data-chart]")].filter((box) => !charts.has(box));
    if (!boxes.length) return;
    const echarts = await loadEcharts();
    for (const box of boxes) {
      if (!box.isConnected || charts.has(box)) continue;
      const script = document.querySelector(`script[data-option="${CSS.escape(box.dataset.chart)}"]`);
      const chart = echarts.init(box, null, { renderer: "canvas" });
      charts.set(box, chart);
      box.option = JSON.parse(script.textContent);
      chart.setOption(withTheme(box.option));
      if (box.dataset.linkTemplate) {
        chart.on("click", (event) => {
          const values = (event.data && event.data.link) || event.value || [];
          location.assign(box.dataset.linkTemplate.replace(/\{(\d+)\}/g, (_, index) => encodeURIComponent(values[index] ?? "")));
        });
      }
    }
    root.dataset.drawn = String(charts.size);
  }

  function redrawCharts() {
    for (const [box, chart] of charts) chart.setOption(withTheme(box.option), true);
  }

  function initialize(container) {
    localizeTimes(container);
    drawCharts(container);
  }

  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawCharts);
  document.addEventListener("DOMContentLoaded", () => initialize(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    initialize(document);
    if (event.detail.boosted || event.target === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    const drawer = document.getElementById("drawer");
    if (drawer && drawer.contains(event.target)) drawer.querySelector("[data-close]")?.focus();
  });
  document.addEventListener("htmx:sseMessage", (event) => localizeTimes(event.target));

  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-theme-switch], [data-close], [data-back]");
    if (!control) return;
    if (control.matches("[data-theme-switch]")) {
      root.dataset.theme = isDark() ? "light" : "dark";
      localStorage.setItem("radiant-theme", root.dataset.theme);
      redrawCharts();
    } else if (control.matches("[data-close]")) {
      closeDrawer();
    } else {
      event.preventDefault();
      history.back();
    }
  });

  let drawerOpener = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target && event.detail.target.id === "drawer") drawerOpener = event.detail.elt;
  });
  function closeDrawer() {
    document.getElementById("drawer").replaceChildren();
    drawerOpener?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.getElementById("drawer")?.childElementCount) closeDrawer();
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
})();
