// Charts, drawn by ECharts, which is fetched where a page has one.

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

document.addEventListener("theme", drawAll);
drawAll();
