// The bar on every page: what runs, how fast, and the handles to steer it; it also carries the keys.
// What a small screen has no room for is behind "more".
const TONES = { teal: "teal / rose", blue: "blue / orange", classic: "green / red", east: "red up / green down" };
const SWIFT = 0.04;  // a browser that draws all news in so many seconds has time for motion
const SURE = 4000;  // milliseconds in which a second press resets

function render(context) {
  const { el, model } = context;
  const bar = make("header", "cx-bar", undefined, { "data-testid": "bar" });
  const play = make("button", "cx-primary", "▶ play", { type: "button", "data-testid": "play", title: "play or pause (space)" });
  const step = make("button", "cx-small", "step", { type: "button", "data-testid": "step", title: "one tick (.)" });
  const reset = make("button", "cx-small", "reset", { type: "button", "aria-live": "polite", "data-testid": "reset", title: "open the same scenario again with the same seed" });
  const pace = make("select", "cx-input", undefined, { "aria-label": "ticks a second", "data-testid": "pace" });
  const offer = (p) => pace.insertBefore(make("option", "", p ? `${p} ${p === 1 ? "tick" : "ticks"}/s` : "full speed", { value: p }), [...pace.options].find((o) => p && (+o.value > p || +o.value === 0)) || null);
  model.get("paces").forEach(offer);
  const fact = (name, classes) => { const box = make("span", "cx-fact cx-fact-" + name.replace("/", "-") + (classes || "")); box.append(make("small", "", name), make("b", "", MISSING, { "data-testid": "fact-" + name })); bar.append(box); return box.lastChild; };
  const dot = make("span", "cx-dot", "", { title: "connection", "data-testid": "dot" }), said = make("span", "cx-said", "connecting");
  const state = make("span", "cx-state"), more = make("button", "cx-small cx-more", "⋯", { type: "button", "aria-label": "more", "aria-expanded": "false", "data-testid": "more", title: "scenario, seed, symbols, colours, reset" });
  state.append(dot, said);
  bar.append(play, step, pace, more, reset);
  const scenario = fact("scenario", " cx-aside"), seed = fact("seed", " cx-aside cx-spare"), date = fact("date"), tick = fact("tick"), rate = fact("ticks/s");
  const tones = make("select", "cx-input cx-tones", undefined, { "aria-label": "colours of up and down" });
  for (const [key, text] of Object.entries(TONES)) tones.append(make("option", "", text, { value: key }));
  const find = make("input", "cx-input cx-find", undefined, { type: "search", placeholder: "symbol  /", "aria-label": "go to symbol", "data-testid": "find", list: "cx-symbols" });
  const list = make("datalist", "", undefined, { id: "cx-symbols" });
  find.classList.add("cx-aside");
  for (const rare of [reset, tones]) rare.classList.add("cx-aside", "cx-spare");
  bar.append(make("span", "cx-gap"), find, list, tones, state);
  const unfold = (open) => { bar.classList.toggle("cx-open", open); more.setAttribute("aria-expanded", String(open)); };
  more.onclick = () => unfold(!bar.classList.contains("cx-open"));
  const notes = make("div", "cx-notes", undefined, { role: "status", "data-testid": "notes" });
  el.append(bar, notes);
  const dress = (key) => { document.body.dataset.tones = key; localStorage.setItem("catallaxy-tones", key); tones.value = key; window.dispatchEvent(new Event("catallaxy-tones")); };
  dress(TONES[localStorage.getItem("catallaxy-tones")] ? localStorage.getItem("catallaxy-tones") : "teal");
  tones.onchange = () => dress(tones.value);
  play.onclick = () => model.send({ act: "toggle" });
  step.onclick = () => model.send({ act: "step" });
  let sure = 0;
  const leave = () => { clearTimeout(sure); sure = 0; reset.textContent = "reset"; reset.classList.remove("cx-primary"); };
  reset.onclick = (event) => {
    if (event.detail > 1) return;  // of a double click nobody has read what it does
    if (sure) { leave(); model.send({ act: "reset" }); return; }
    reset.textContent = `reset to seed ${seed.textContent}: ends this run`;
    reset.classList.add("cx-primary");
    sure = setTimeout(leave, SURE);
  };
  reset.onkeydown = (event) => { if (event.key === "Escape") leave(); };
  reset.onblur = leave;
  pace.onchange = () => model.send({ act: "pace", value: +pace.value });
  find.onkeydown = (event) => { if (event.key === "Enter" && find.value) { model.send({ act: "find", value: find.value.trim().toUpperCase() }); find.value = ""; find.blur(); unfold(false); } if (event.key === "Escape") { find.blur(); unfold(false); } };
  const keys = (event) => {
    const t = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || t.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(t.tagName)) return;
    if (event.key === " ") { if (t.tagName === "BUTTON" || t.tagName === "A") return; event.preventDefault(); model.send({ act: "toggle" }); }
    else if (event.key === ".") model.send({ act: "step" });
    else if (event.key === "/") { event.preventDefault(); unfold(true); find.focus(); }
    else if (/^[1-9]$/.test(event.key)) document.querySelector(`[data-page="${event.key}"]`)?.closest("a")?.click();
  };
  document.addEventListener("keydown", keys);
  const grown = new ResizeObserver(() => document.documentElement.style.setProperty("--cx-top", bar.getBoundingClientRect().height + "px"));
  grown.observe(bar);
  let here = null;
  function follow() {  // the name of the page under way stays in sight where the rail is a strip
    const now = document.querySelector(".cx-rail .cx-here"), rail = now?.closest(".cx-rail");
    if (!now || now === here) return;
    here = now;
    rail.scrollLeft += now.getBoundingClientRect().left - rail.getBoundingClientRect().left - (rail.clientWidth - now.offsetWidth) / 2;
    unfold(false);
  }
  document.querySelector("meta[name=viewport]")?.setAttribute("content", "width=device-width, initial-scale=1");  // fingers may zoom
  let heard = Date.now();
  const watch = setInterval(() => {
    const silent = (Date.now() - heard) / 1000;
    document.body.classList.toggle("cx-stale", silent > 2.5);
    if (silent > 2.5) { dot.className = "cx-dot cx-off"; said.textContent = `no word for ${silent.toFixed(0)} s`; }
  }, 500);
  function drawn() {  // say how long what was told takes to be drawn; a tab that nobody looks at draws nothing and says nothing
    requestAnimationFrame(() => setTimeout(() => {
      const seconds = (performance.now() - (window.catallaxyHeard ?? performance.now())) / 1000;
      window.catallaxyHeard = undefined;
      document.body.toggleAttribute("data-swift", seconds < SWIFT);
      model.send({ drawn: seconds });
    }));
  }
  const end = attend(context, (m) => {
    heard = Date.now();
    if (m.drawn) return drawn();
    follow();
    if (m.symbols) list.replaceChildren(...m.symbols.map((s) => make("option", "", undefined, { value: s })));
    if (m.state) {
      dot.className = "cx-dot cx-" + m.state; said.textContent = m.state;
      document.body.dataset.state = m.state;
      play.textContent = m.state === "playing" ? "❚❚ pause" : "▶ play";
      play.disabled = m.state === "halted" || m.state === "loading" || m.state === "finished";
      step.disabled = m.state !== "paused" && m.state !== "playing";
      if (![...pace.options].some((o) => +o.value === m.pace)) offer(m.pace);  // one that the command line gave
      if (document.activeElement !== pace) pace.value = String(m.pace);
      scenario.textContent = m.scenario; seed.textContent = m.seed; date.textContent = m.date;
      tick.textContent = FORMS.count(m.tick); tick.dataset.tick = m.tick; rate.textContent = m.rate ? FORMS.count(m.rate) : MISSING;
    }
    for (const n of m.notes || []) {
      const node = make("div", "cx-note cx-" + n.tone, n.text);
      notes.append(node);
      setTimeout(() => node.remove(), n.tone === "error" ? 12000 : 5000);
      while (notes.children.length > 4) notes.firstChild.remove();
    }
    if (m.halted) notes.replaceChildren(make("div", "cx-note cx-error", m.halted));
  });
  return () => { end(); clearInterval(watch); grown.disconnect(); document.removeEventListener("keydown", keys); };
}
export default { render };
