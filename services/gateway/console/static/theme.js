// Applies the theme that the user selected before the page is painted.
(() => {
  const selected = localStorage.getItem("radiant-theme");
  if (selected === "light" || selected === "dark") document.documentElement.dataset.theme = selected;
})();
