// Dark or light, kept by this browser.

export function switchTheme() {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  localStorage.setItem("theme", theme);
  document.dispatchEvent(new Event("theme"));
}
