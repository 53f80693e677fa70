// Depth over time: a column for each tick that was told, a row for each band of prices, brighter where more lots rest.
const COLUMNS = 160, ROW = 6, AXIS = 58, FOOT = 18;
const VIRIDIS = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
function shade(part) {
  const at = Math.max(0, Math.min(1, part)) * (VIRIDIS.length - 1), i = Math.min(VIRIDIS.length - 2, Math.floor(at)), t = at - i;
  return `rgb(${VIRIDIS[i].map((c, k) => Math.round(c + t * (VIRIDIS[i + 1][k] - c))).join(",")})`;
}
// The canvas on the panel's ground, at twice its size whatever the screen.
function fine(canvas) {
  const copy = make("canvas"), g = copy.getContext("2d"), to = FINE / (window.devicePixelRatio || 1);
  copy.width = canvas.width * to; copy.height = canvas.height * to;
  g.fillStyle = hue("panel"); g.fillRect(0, 0, copy.width, copy.height);
  g.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy;
}
function render(context) {
  const { model, el } = context;
  const stage = make("div", "cx-depthmap", undefined, { role: "img", "aria-label": model.get("label"), "data-testid": model.get("testid") });
  const canvas = make("canvas"), told = make("div", "cx-depthmap-told", "");
  stage.style.height = model.get("height") + "px";
  stage.append(canvas, told); el.append(stage);
  let columns = [], view = null, pointer = null;
  function shown() {
    const prices = columns.flatMap((c) => c[3].map((l) => l[0])).sort((a, b) => a - b), n = prices.length;
    if (!n) return null;
    const low = prices[Math.floor(0.04 * n)], high = prices[Math.ceil(0.96 * n) - 1];
    return high > low ? [low, high + 1] : [low - 1, low + 2];
  }
  function paint() {
    const width = stage.clientWidth, height = stage.clientHeight, scale = window.devicePixelRatio || 1;
    canvas.width = width * scale; canvas.height = height * scale;
    const g = canvas.getContext("2d");
    g.scale(scale, scale); g.clearRect(0, 0, width, height);
    const range = shown(), wide = width - AXIS, high = height - FOOT;
    if (!range || wide < 40) return;
    const span = range[1] - range[0], rows = Math.max(1, Math.min(span, Math.floor(high / ROW))), band = span / rows;
    const across = Math.max(2, wide / Math.max(40, columns.length)), up = high / rows, y = (price) => high * (1 - (price - range[0]) / span);
    const cells = columns.map((c) => {
      const lots = new Map();
      for (const [price, n] of c[3]) { const row = Math.floor((price - range[0]) / band); if (row >= 0 && row < rows) lots.set(row, (lots.get(row) || 0) + n); }
      return lots;
    });
    const most = Math.log1p(Math.max(1, ...cells.flatMap((lots) => [...lots.values()])));
    const left = Math.max(0, wide - across * columns.length);
    cells.forEach((lots, i) => { for (const [row, n] of lots) { g.fillStyle = shade(0.12 + 0.88 * Math.log1p(n) / most); g.fillRect(left + i * across, high - (row + 1) * up, across + 0.6, up + 0.4); } });
    for (const [side, name] of [[1, "up"], [2, "down"]]) {
      g.strokeStyle = hue(name); g.lineWidth = 1.4; g.beginPath();
      let drawn = false;
      columns.forEach((c, i) => {
        if (c[side] === null) { drawn = false; return; }
        const at = y(c[side] + 0.5);
        drawn ? g.lineTo(left + i * across, at) : g.moveTo(left + i * across, at);
        g.lineTo(left + (i + 1) * across, at); drawn = true;
      });
      g.stroke();
    }
    g.fillStyle = hue("muted"); g.font = '11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif'; g.textBaseline = "middle";
    for (let k = 0; k <= 4; k++) g.fillText(FORMS.price(Math.round(range[0] + span * (0.05 + 0.9 * k / 4))), wide + 6, y(range[0] + span * (0.05 + 0.9 * k / 4)));
    g.textBaseline = "bottom";
    g.fillText("tick " + FORMS.count(columns[0][0]), Math.min(left, wide - 130), height - 1);
    if (columns.length > 1) { g.textAlign = "right"; g.fillText("tick " + FORMS.count(columns[columns.length - 1][0]), wide, height - 1); }
    view = { left, across, rows, band, up, high, range, cells };
    stage.dataset.columns = columns.length;
    say();
  }
  function say() {
    told.textContent = "";
    if (!pointer || !view) return;
    const i = Math.floor((pointer.x - view.left) / view.across), row = Math.floor((view.high - pointer.y) / view.up);
    if (!columns[i] || row < 0 || row >= view.rows) return;
    const price = view.range[0] + view.band * row;
    told.textContent = `tick ${FORMS.count(columns[i][0])} · ${FORMS.price(Math.round(price))}${view.band > 1 ? " to " + FORMS.price(Math.round(price + view.band)) : ""} · ${FORMS.count(view.cells[i].get(row) || 0)} lots`;
  }
  stage.onpointermove = (event) => { const box = stage.getBoundingClientRect(); pointer = { x: event.clientX - box.left, y: event.clientY - box.top }; say(); };
  stage.onpointerleave = () => { pointer = null; say(); };
  const saver = exporter(context, {
    rows: () => columns.length && [
      ["tick", "price (minor units)", "lots", "best bid (minor units)", "best ask (minor units)"],
      ...columns.flatMap(([tick, bid, ask, levels]) => levels.map(([price, lots]) => [tick, price, lots, bid, ask])),
    ],
    picture: () => columns.length && fine(canvas),
  });
  const fit = new ResizeObserver(() => { paint(); saver.place(); });
  fit.observe(stage);
  window.addEventListener("catallaxy-tones", paint);
  const end = attend(context, (message) => {
    if (message.fresh) columns = [];
    columns.push(...message.columns);
    columns.splice(0, Math.max(0, columns.length - COLUMNS));
    paint(); saver.place();
  });
  return () => { end(); saver.remove(); fit.disconnect(); window.removeEventListener("catallaxy-tones", paint); };
}
export default { render };
