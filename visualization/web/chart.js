// A chart: an ECharts option from Python, whose rows grow by small messages.
// In an option, "@up" is a tone of the style sheet and "$price" a number format.
function library(model) {
  if (!window.catallaxyCharts) {
    const text = model.get("library");
    const url = text ? URL.createObjectURL(new Blob([text], { type: "text/javascript" }))
      : window.location.origin + (window.solara?.rootPath || "") + model.get("source");
    window.catallaxyCharts = import(url);
  }
  return window.catallaxyCharts;
}
function resolved(value) {
  if (Array.isArray(value)) return value.map(resolved);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolved(v)]));
  if (typeof value === "string" && value[0] === "@") return hue(value.slice(1));
  if (typeof value === "string" && value[0] === "$" && FORMS[value.slice(1)]) return shown(value.slice(1));
  return value;
}
// A number in a form; words stay what they are. The form's name goes along, for it says in which unit numbers are sent.
function shown(name) {
  const number = (x) => (Array.isArray(x) ? number(x[x.length - 1]) : missing(x) || x === "" ? null : typeof x === "object" ? number(x.value) : +x);
  const told = (x) => (typeof x === "string" && x !== "" && Number.isNaN(+x) ? x : FORMS[name](number(x)));
  return Object.assign(told, { form: name });
}
async function render(context) {
  const { model, el } = context;
  const stage = make("div", "cx-chart", undefined, { role: "img", "aria-label": model.get("label"), "data-testid": model.get("testid") });
  stage.style.height = model.get("height") + "px";
  el.append(stage);
  const echarts = await library(model);
  const chart = echarts.init(stage, null, { renderer: "canvas" });
  chart.getZr().setSleepAfterStill(1);  // nothing moves by itself: no frames in wait of more
  let option = null, patch = null, rows = [];
  const whole = () => { if (option) { chart.setOption({ animation: false, ...resolved(option), ...(rows.length ? { dataset: { source: rows } } : {}) }, true); if (patch) chart.setOption(resolved(patch)); } };
  const saver = exporter(context, {
    rows: () => option && tableOf(chart.getOption()),
    picture: () => option && chart.renderToCanvas({ pixelRatio: FINE, backgroundColor: hue("panel") }),
    title: () => chart.getOption()?.title?.[0]?.text,
  });
  const fit = new ResizeObserver(() => { chart.resize(); saver.place(); });
  fit.observe(stage);
  const repaint = () => whole();
  window.addEventListener("catallaxy-tones", repaint);
  chart.on("click", (event) => model.send({ click: event.name ?? null, at: event.dataIndex ?? null, of: event.dataType ?? null }));
  const end = attend(context, (message) => {
    if (message.height) stage.style.height = message.height + "px";
    if (message.option) { option = message.option; patch = null; rows = message.rows || []; whole(); }
    else if (message.rows) {
      if (message.drop) rows.splice(rows.length - message.drop, message.drop);
      rows.push(...message.rows);
      if (message.keep && rows.length > message.keep) rows.splice(0, rows.length - message.keep);
      chart.setOption({ dataset: { source: rows } });
    } else if (message.patch) { patch = message.patch; chart.setOption(resolved(patch)); }
    saver.place();
    stage.dataset.rows = rows.length;
    if (rows.length) stage.dataset.last = JSON.stringify(rows[rows.length - 1]);
  });
  return () => { end(); saver.remove(); fit.disconnect(); window.removeEventListener("catallaxy-tones", repaint); chart.dispose(); };
}
export default { render };
