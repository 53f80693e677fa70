// Shared by every panel: numbers as people read them, tones from the style sheet, and the handshake with Python.
const MISSING = "–";
const missing = (x) => x === null || x === undefined || Number.isNaN(x);
const thin = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009");
const sign = (x) => (x > 0 ? "+" : x < 0 ? "\u2212" : "");
const fixed = (x, places) => x.toFixed(places).replace(/^-(?=[0.]+$)/, "").replace("-", "\u2212");  // zero has no sign
const arrow = (x) => (x > 0 ? "▲" : x < 0 ? "▼" : "■");
// A change is up or down only where it shows: what rounds to nothing is flat.
const HALVES = { signed: 0.00005, change: 0.005 };
const seen = (x, name) => (Math.abs(x) < (HALVES[name] || 0) ? 0 : x);
const tone = (x, name = "signed") => { const y = seen(x, name); return y > 0 ? "cx-up" : y < 0 ? "cx-down" : "cx-flat"; };

const FORMS = {
  price: (x) => (missing(x) ? MISSING : thin((x / 100).toFixed(2).split(".")[0]) + "." + (Math.abs(x) / 100).toFixed(2).split(".")[1]),
  quoted: (x) => (missing(x) ? "" : FORMS.price(x)),
  points: (x) => (missing(x) ? MISSING : x.toFixed(2)),
  count: (x) => (missing(x) ? MISSING : thin(String(Math.round(x))).replace("-", "\u2212")),
  number: (x) => (missing(x) ? MISSING : Math.abs(x) >= 1000 ? short(x) : String(+x.toPrecision(4)).replace("-", "\u2212")),
  plain: (x) => (missing(x) ? MISSING : (Math.abs(x) >= 10000 ? thin(Math.abs(x).toFixed(0)) : String(+Math.abs(x).toPrecision(6))).replace(/^/, x < 0 ? "\u2212" : "")),
  money: (x) => (missing(x) ? MISSING : short(x / 100)),
  wealth: (x) => (missing(x) ? MISSING : long(x / 100)),
  percent: (x) => (missing(x) ? MISSING : fixed(100 * x, 2) + " %"),
  signed: (x) => (missing(x) ? MISSING : `${arrow(seen(x, "signed"))} ${sign(seen(x, "signed"))}${Math.abs(100 * x).toFixed(2)} %`),
  change: (x) => (missing(x) ? MISSING : `${arrow(seen(x, "change"))} ${sign(seen(x, "change"))}${short(Math.abs(seen(x, "change")))}`),
  bp: (x) => (missing(x) ? MISSING : fixed(10000 * x, 0) + " bp"),
  ratio: (x) => (missing(x) ? MISSING : fixed(x, 2)),
  text: (x) => (missing(x) || x === "" ? MISSING : String(x)),
  flag: (x) => (missing(x) ? MISSING : x ? "yes" : "no"),
};
function long(x) {  // five digits, where three would tell the lines of an axis apart no more
  const unit = [[1e12, "\u2009T"], [1e9, "\u2009B"], [1e6, "\u2009M"], [1e3, "\u2009k"]].find(([size]) => Math.abs(x) >= size) || [1, ""];
  return String(+(x / unit[0]).toPrecision(5)).replace("-", "\u2212") + unit[1];
}
function short(x) {
  const size = Math.abs(x), minus = x < 0 ? "\u2212" : "";
  for (const [unit, name] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]])
    if (size >= unit) return minus + (size / unit).toFixed(size >= 100 * unit ? 0 : size >= 10 * unit ? 1 : 2) + "\u2009" + name;
  return minus + size.toFixed(size >= 100 || size === 0 ? 0 : 2);
}
const form = (name, x) => (FORMS[name] || FORMS.text)(x);

const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const calm = () => STILL.matches;
const hue = (name) => getComputedStyle(document.body).getPropertyValue("--cx-" + name).trim() || "#94a3b8";

function make(tag, classes, text, attributes) {
  const node = document.createElement(tag);
  if (classes) node.className = classes;
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  return node;
}

// Write a text where it is another: what stays costs the browser nothing.
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Listen for messages, say that we do, and show the designed states: empty, error.
function attend({ model, el }, hear) {
  const curtain = make("div", "cx-curtain");
  const show = (text, kind) => {
    if (!text && curtain.hidden) return;
    curtain.textContent = text;
    curtain.className = "cx-curtain" + (kind ? " cx-" + kind : "");
    curtain.hidden = !text;
    el.classList.toggle("cx-void", kind === "empty");
  };
  el.classList.add("cx-panel-body");
  el.append(curtain);
  show("loading …");
  const listen = (message) => {
    window.catallaxyHeard ??= performance.now();  // since when there is something to draw, see the bar
    if (message.error !== undefined) return show(message.error, "error");
    if (message.empty !== undefined) return show(message.empty, "empty");
    show("");
    hear(message);
  };
  model.on("msg:custom", listen);
  model.send({ ready: true });
  return () => model.off("msg:custom", listen);
}
