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
  const token = (name) => style.getPropertyValue(name).trim();
  chart.setOption({
    backgroundColor: "transparent",
    textStyle: { fontFamily: token("--gx-font"), color: token("--gx-soft") },
    color: ["--gx-accent", "--gx-second", "--gx-third"].map(token),
    tooltip: { trigger: "axis", confine: true },
    animation: false,
    ...option,
    xAxis: readable(option.xAxis, token),
    ...(option.visualMap && { visualMap: { ...option.visualMap, inRange: { color: ["--gx-accent-soft", "--gx-accent"].map(token) }, textStyle: { color: token("--gx-soft") } } }),
    yAxis: { ...option.yAxis, splitLine: { lineStyle: { color: token("--gx-line") } } },
  });
  new ResizeObserver(() => chart.isDisposed() || chart.resize()).observe(place);
  const button = document.querySelector(`[data-png="${place.dataset.chart}"]`);
  if (!button) return;
  button.hidden = false;
  button.onclick = () => save(chart, place.dataset.chart, token("--gx-card"));
}

// A file of the chart as it stands, sharp enough to print.
function save(chart, name, backgroundColor) {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor });
  link.download = `${name}.png`;
  link.click();
}

// Few names stand all of them, small where the screen is.
function readable(axis, token) {
  const few = axis.data?.length <= 12;
  return {
    ...axis,
    axisLine: { lineStyle: { color: token("--gx-soft") } },
    axisLabel: { ...axis.axisLabel, fontSize: innerWidth < 640 ? 10 : 12, ...(few && { interval: 0 }) },
  };
}

document.addEventListener("theme", drawAll);
drawAll();
