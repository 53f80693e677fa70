// Charts leave as files: what one draws as CSV, as it was sent, and how it looks as PNG. Both are made in the browser.
const UNITS = { price: "minor units", quoted: "minor units", money: "minor units", wealth: "minor units", percent: "fraction", signed: "fraction", bp: "fraction" };
const CANDLE = ["open", "close", "low", "high"];
const HEAD = 30, FINE = 2;

const several = (x) => (Array.isArray(x) ? x : missing(x) ? [] : [x]);
const bare = (item) => (item && typeof item === "object" && !Array.isArray(item) ? item.value : item);
const shapeOf = (axis) => (axis.axisLabel || {}).formatter?.form;
const axisOf = (option, series, way) => several(option[way + "Axis"])[series[way + "AxisIndex"] || 0] || {};
const words = (x) => (typeof x === "string" ? x.replace("\u200b", "") : x);
const titled = (series) => (series.name && !series.name.includes("\0") ? words(series.name) : "");
const nameOf = (axis) => axis.name || axis.quantity || /^(\w+) \{value\}$/.exec((axis.axisLabel || {}).formatter)?.[1] || (shapeOf(axis) === "price" ? "price" : axis.type === "category" ? "name" : "x");
const united = (name, unit) => (!unit ? name || "value" : name && unit.startsWith(name) ? unit : `${name || "value"} (${unit})`);

function csv(rows) {
  const cell = (x) => (missing(x) || x === "-" ? "" : /[",\r\n]/.test(String(x)) ? `"${String(x).replaceAll('"', '""')}"` : String(x));
  return rows.map((row) => row.map((x) => cell(words(x))).join(",")).join("\n") + "\n";
}

// The table of an option: a header, then rows. Series over one axis share rows; points that stand alone have their own.
function tableOf(option) {
  const drawn = several(option.series), kinds = { treemap: treemapTable, graph: graphTable, lines: spanTable };
  const kind = drawn.find((series) => kinds[series.type]);
  return kind ? kinds[kind.type](option, kind) : pointsTable(option, drawn);
}
function pointsTable(option, drawn) {
  const parts = drawn.filter((series) => titled(series) || series.tooltip?.show !== false).map((series) => pointsOf(option, series)).filter((part) => part.points.length);
  if (!parts.length) return [];
  const alone = parts.some((part) => new Set(part.points.map(([place]) => place)).size < part.points.length);
  return alone ? longTable(parts) : wideTable(parts);
}
function pointsOf(option, series) {
  const sent = several(series.data), rows = series.encode && !sent.length ? several(several(option.dataset)[0]?.source) : sent.map(bare);
  const down = axisOf(option, series, "y").type === "category" && axisOf(option, series, "x").type !== "category";
  const across = axisOf(option, series, down ? "y" : "x"), up = axisOf(option, series, down ? "x" : "y"), encode = series.encode;
  const places = encode ? several(encode[down ? "y" : "x"]) : [down ? 1 : 0];
  const told = encode && (encode.value === undefined ? several(several(encode.y).length > 1 ? encode.y : encode.tooltip ?? encode[down ? "x" : "y"]) : [encode.y, encode.value].flat());
  const lane = (at) => (across.type === "category" && Number.isInteger(at) ? bare(across.data?.[at]) ?? at : at);
  const points = rows.map((row, k) => {
    if (!Array.isArray(row)) return [bare(across.data?.[k]) ?? k, [row]];
    return [lane(row[places[0]]), told ? told.map((column) => row[column]) : series.type === "candlestick" ? row.slice(1) : [row[1 - places[0]]]];
  }).filter(([, values]) => sent.length === 0 || values.some((value) => !missing(value)));
  const valued = points.some(([, values]) => values.some((value) => typeof value === "number"));
  const shape = series.tooltip?.valueFormatter?.form || shapeOf(up), unit = valued ? UNITS[shape] || up.quantity || (up.type === "category" ? "" : up.name?.split("; ").pop()) : "";
  const end = /\.(low|high)$/.exec(series.id || "");
  const names = series.type === "candlestick" ? CANDLE : told?.length > 1 ? told.map((column) => series.dimensions?.[column]) : [[titled(series), end?.[1]].filter(Boolean).join(" ")];
  return { points, axis: across, up, encode, heads: names.map((name) => united(name, unit)), series: titled(series) };
}
function wideTable(parts) {
  const rows = new Map(), heads = [], width = parts.reduce((sum, part) => sum + part.heads.length, 0);
  let column = 0;
  for (const part of parts) {
    part.heads.forEach((head) => heads.push(heads.includes(head) ? `${head} ${heads.length + 1}` : head));
    for (const [place, values] of part.points) {
      if (!rows.has(place)) rows.set(place, Array(width).fill(null));
      values.forEach((value, k) => { rows.get(place)[column + k] = value; });
    }
    column += part.heads.length;
  }
  const told = [...rows];
  if (told.every(([place]) => typeof place === "number")) told.sort((a, b) => a[0] - b[0]);
  const [head, plain] = placed(parts[0].axis, told.map(([place]) => place));
  return [[head, ...heads], ...told.map(([, values], k) => [plain[k], ...values])];
}
function longTable(parts) {
  const [{ axis, up, heads }] = parts, grid = up.type === "category", head = placed(axis, [])[0];
  if (grid && parts[0].encode) return [[head, ...heads], ...parts.flatMap((part) => part.points.map(([place, values]) => [place, ...values]))];
  return [["series", head, united(up.name || up.quantity)], ...parts.flatMap((part) => part.points.map(([place, values]) => [part.series, place, ...values]))];
}
// "tick 41", "tick 42": a column of ticks.
function placed(axis, places) {
  const shape = shapeOf(axis), found = places.map((place) => /^([a-z]+) (-?\d+(?:\.\d+)?)$/.exec(String(place)));
  if (places.length && found.every((match) => match && match[1] === found[0][1])) return [found[0][1], found.map((match) => +match[2])];
  return [united(nameOf(axis), UNITS[shape]), places];
}
function treemapTable(option, series) {
  const rows = [], columns = series.columns || several(series.data?.[0]?.value).map((_, k) => `value ${k + 1}`);
  const walk = (nodes, group) => { for (const node of nodes) node.children ? walk(node.children, node.name) : rows.push([group, node.name, ...several(node.value)]); };
  walk(several(series.data), "");
  return [["group", "name", ...columns], ...rows];
}
function graphTable(option, series) {
  const nodes = several(series.data || series.nodes), links = several(series.links || series.edges), lanes = several(option.yAxis)[0]?.data;
  const about = [...new Set(nodes.flatMap((node) => Object.keys(node.about || {})))], blank = about.map(() => null);
  const name = (at) => (typeof at === "number" ? nodes[at]?.name : at);
  const kind = (node) => series.categories?.[node.category]?.name ?? lanes?.[node.value?.[1]] ?? node.category;
  return [
    ["kind", "name", "class", "from", "to", "amount", ...about],
    ...nodes.map((node) => ["node", node.name, kind(node), null, null, null, ...about.map((key) => node.about?.[key])]),
    ...links.map((link) => ["edge", null, null, name(link.source), name(link.target), link.value, ...blank]),
  ];
}
function spanTable(option, series) {
  const lanes = several(option.yAxis)[0]?.data || [], along = nameOf(several(option.xAxis)[0] || {});
  return [["name", `${along} from`, `${along} to`, "about"], ...several(series.data).map((one) => [lanes[one.coords[0][1]], one.coords[0][0], one.coords[1][0], one.name])];
}

// A picture with the title and the unit of its panel over it, on the panel's ground.
function portrait(canvas, heading, font) {
  if (!heading.title) return canvas;
  const whole = make("canvas"), g = whole.getContext("2d");
  whole.width = canvas.width; whole.height = canvas.height + FINE * HEAD;
  g.fillStyle = hue("panel"); g.fillRect(0, 0, whole.width, whole.height);
  g.scale(FINE, FINE); g.textBaseline = "middle";
  g.font = `600 12px ${font}`; g.fillStyle = hue("text"); g.fillText(heading.title, 6, HEAD / 2);
  const after = 14 + g.measureText(heading.title).width;
  g.font = `12px ${font}`; g.fillStyle = hue("muted"); g.fillText(heading.unit, after, HEAD / 2);
  g.setTransform(1, 0, 0, 1, 0, 0); g.drawImage(canvas, 0, FINE * HEAD);
  return whole;
}
function save(blob, name) {
  const link = make("a", "", undefined, { href: URL.createObjectURL(blob), download: name });
  document.body.append(link); link.click(); link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Buttons "CSV" and "PNG" in the title of the panel around, or in the chart's corner where there is no such title.
// `rows` makes the table, `picture` the canvas; both are asked when a button is pressed, null means nothing is drawn.
function exporter({ model, el }, { rows, picture, title }) {
  const box = make("span", "cx-export", undefined, { role: "group", "aria-label": "save this chart" });
  const text = (node) => (node?.textContent || "").trim(), panel = () => el.closest(".cx-panel");
  function heading() {
    const head = panel()?.querySelector(":scope > .cx-title");
    return { title: text(head?.querySelector("span")), unit: text(head?.querySelector(".cx-unit")) };
  }
  function file(kind) {
    const page = text(document.querySelector("h1[data-testid=symbol]")), own = heading().title || title?.() || model.get("testid") || "chart";
    const tick = document.querySelector("[data-testid=fact-tick]")?.dataset.tick;
    const name = [page && !own.includes(page) ? page : "", own, tick ? `tick ${tick}` : ""].join(" ");
    return "catallaxy-" + name.replace(/['’]/g, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80) + "." + kind;
  }
  const saves = {
    CSV() { const told = rows(); if (told?.length) save(new Blob([csv(told)], { type: "text/csv" }), file("csv")); },
    PNG() { const canvas = picture(); if (canvas) portrait(canvas, heading(), getComputedStyle(el).fontFamily).toBlob((blob) => save(blob, file("png")), "image/png"); },
  };
  for (const [kind, does] of Object.entries(saves)) {
    const told = kind === "CSV" ? "the numbers of this chart, as CSV" : "this chart as it looks now, as PNG";
    const button = make("button", "", kind, { type: "button", "aria-label": `save ${told}`, title: told, "data-testid": `export-${kind.toLowerCase()}` });
    button.onclick = does;
    box.append(button);
  }
  return {
    place() {
      if (box.isConnected) return;
      const head = panel()?.querySelector(":scope > .cx-title"), room = head?.querySelector(":scope > .cx-gap");
      const free = room && !room.querySelector(".cx-export");
      box.classList.toggle("cx-corner", !free);
      (free ? room : el).append(box);
    },
    remove: () => box.remove(),
  };
}
