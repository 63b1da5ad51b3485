// The frame's few movements: theme, menu on small screens, keys, charts.

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.addEventListener("click", () => {
    const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    document.documentElement.dataset.bsTheme = theme;
    localStorage.setItem("theme", theme);
    drawAll();
  });
}

for (const button of document.querySelectorAll("[data-menu]")) {
  button.addEventListener("click", () => {
    const open = document.body.classList.toggle("gx-open");
    button.setAttribute("aria-expanded", String(open));
  });
}

document.addEventListener("keydown", (event) => {
  // While an input method composes, keys belong to it.
  if (event.isComposing) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
  if (event.key === "Escape") document.body.classList.remove("gx-open");
});

// A form that is under way is not sent twice, and an Enter that ends a composition sends nothing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}, true);
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}

let drawing;
function drawAll() {
  const places = document.querySelectorAll("[data-chart]");
  if (!places.length) return;
  drawing ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = document.querySelector("[data-echarts]").dataset.echarts;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
  drawing.then(() => places.forEach(draw));
}

function draw(place) {
  const theme = document.documentElement.dataset.bsTheme;
  window.echarts.getInstanceByDom(place)?.dispose();
  const style = getComputedStyle(document.documentElement);
  const chart = window.echarts.init(place, theme === "dark" ? "dark" : null, { renderer: "canvas" });
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  chart.setOption({
    backgroundColor: "transparent",
    textStyle: { fontFamily: style.getPropertyValue("--gx-font") },
    color: ["--gx-accent", "--gx-second", "--gx-third"].map((name) => style.getPropertyValue(name).trim()),
    toolbox: { feature: { saveAsImage: { title: "PNG", name: place.dataset.chart } } },
    tooltip: { trigger: "axis" },
    animation: false,
    ...option,
  });
  addEventListener("resize", () => chart.resize());
}

drawAll();
