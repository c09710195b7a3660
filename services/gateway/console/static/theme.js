// Takes the theme that the viewer chose, before anything is painted.
(() => {
  const chosen = localStorage.getItem("radiant-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
