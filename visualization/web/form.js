// A form: fields as Python declares them, actions that name what they will do before they do it.
function render(context) {
  const { el, model } = context;
  const box = make("form", "cx-form", undefined, { "data-testid": model.get("testid"), "aria-label": model.get("label"), novalidate: "" });
  el.append(box);
  const top = make("div", "cx-form-top"), body = make("div", "cx-form-fields"), foot = make("div", "cx-form-actions"), sure = make("div", "cx-sure", undefined, { role: "alertdialog", "aria-label": "confirm" });
  sure.hidden = true;
  box.append(top, body, foot, sure);
  box.onsubmit = (event) => event.preventDefault();
  let told = { groups: [], fields: [], actions: [] }, group = null, typed = {}, serial = 0;
  const here = () => told.groups.find((g) => g.key === group) || told.groups[0] || null;
  const asked = () => [...(here()?.fields || []), ...(told.fields || [])];
  const said = () => ({ group: here()?.key ?? null, values: Object.fromEntries(asked().map((f) => [f.name, typed[f.name] !== undefined ? typed[f.name] : f.value]).filter(([, v]) => v !== null && v !== undefined && v !== "")) });
  const drop = () => { sure.hidden = true; sure.replaceChildren(); for (const node of body.querySelectorAll("[aria-invalid]")) node.removeAttribute("aria-invalid"); };
  const change = (name, value) => { typed[name] = value; drop(); };
  function bounds(f) {
    const low = f.least ?? f.above, high = f.most ?? f.below, told = FORMS.plain || FORMS.number;
    if (low === undefined && high === undefined) return "";
    const a = low === undefined ? "" : (f.above !== undefined ? "above " : "") + told(low), b = high === undefined ? "" : (f.below !== undefined ? "below " : "") + told(high);
    return low === undefined ? `up to ${b}` : high === undefined ? `${a} or more` : `${a} to ${b}`;
  }
  function input(f, id) {
    const value = typed[f.name] !== undefined ? typed[f.name] : f.value;
    if (f.kind === "choices") {
      const chips = make("div", "cx-chips", undefined, { id, role: "group", "aria-label": f.label });
      let chosen = new Set(value || []);
      for (const option of f.options || []) {
        const chip = make("button", chosen.has(option) ? "cx-on" : "", option, { type: "button", "aria-pressed": String(chosen.has(option)) });
        chip.onclick = () => { chosen.has(option) ? chosen.delete(option) : chosen.add(option); chip.className = chosen.has(option) ? "cx-on" : ""; chip.setAttribute("aria-pressed", String(chosen.has(option))); change(f.name, [...chosen]); };
        chips.append(chip);
      }
      return chips;
    }
    if (f.kind === "choice") {
      const select = make("select", "cx-input", undefined, { id, "data-testid": "field-" + f.name });
      for (const option of f.options || []) select.append(make("option", "", option === "" ? (f.none || "all") : option.replaceAll("_", " "), { value: option }));
      select.value = value ?? f.options?.[0] ?? "";
      select.onchange = () => change(f.name, select.value);
      return select;
    }
    const number = f.kind === "number" || f.kind === "integer";
    const node = make("input", "cx-input", undefined, { id, type: number ? "number" : "text", step: f.kind === "integer" ? "1" : "any", placeholder: f.placeholder || "", autocomplete: "off", "data-testid": "field-" + f.name });
    if (f.least !== undefined) node.min = f.least;
    if (f.most !== undefined) node.max = f.most;
    node.value = value ?? "";
    node.oninput = () => change(f.name, number ? (node.value === "" ? null : +node.value) : node.value);
    return node;
  }
  function field(f) {
    const id = `cx-field-${model.get("testid")}-${f.name}`, row = make("div", "cx-field"), label = make("label", "", f.label, { for: id });
    if (f.kind === "choices") label.removeAttribute("for");
    const reach = [f.unit, bounds(f)].filter(Boolean).join(", ");
    if (reach) label.append(make("small", "", reach));
    row.append(label, input(f, id));
    if (f.text) row.append(make("p", "cx-help", f.text));
    return row;
  }
  function draw() {
    top.replaceChildren();
    if (told.text) top.append(make("p", "cx-lead", told.text));
    if (told.groups.length > 1) {
      const row = make("div", "cx-field"), select = make("select", "cx-input", undefined, { id: "cx-group-" + model.get("testid"), "data-testid": "group" });
      for (const g of told.groups) { const option = make("option", "", g.label + (g.off ? "  (not in this scenario)" : ""), { value: g.key }); option.disabled = Boolean(g.off); select.append(option); }
      select.value = here()?.key ?? "";
      select.onchange = () => { group = select.value; typed = {}; draw(); };
      row.append(make("label", "", told.pick || "kind", { for: select.id }), select);
      if (here()?.text) row.append(make("p", "cx-help", here().text));
      top.append(row);
    }
    body.replaceChildren(...asked().map(field));
    foot.replaceChildren(...told.actions.map((a) => {
      const button = make("button", a.main ? "cx-primary" : "cx-small", a.label, { type: "button", "data-testid": "act-" + a.key, title: a.title || "" });
      button.disabled = Boolean(a.off);
      button.onclick = (event) => { if (event.detail > 1) return; drop(); model.send({ ask: a.key, serial: ++serial, ...said() }); };
      return button;
    }));
    drop();
  }
  function confirm(answer) {
    const yes = make("button", "cx-primary", answer.verb || "do it", { type: "button", "data-testid": "confirm" }), no = make("button", "cx-small", "leave it", { type: "button", "data-testid": "cancel" });
    yes.onclick = () => { drop(); model.send({ do: answer.leads, group: answer.group, values: answer.values }); };
    no.onclick = drop;
    const row = make("div", "cx-form-actions");
    row.append(yes, no);
    sure.replaceChildren(make("p", "", answer.confirm), row);
    sure.hidden = false;
    yes.focus();
    sure.scrollIntoView({ block: "nearest" });
  }
  function refuse(answer) {
    drop();
    const told = make("p", "cx-wrong", answer.wrong, { id: "cx-wrong-" + model.get("testid") });
    sure.replaceChildren(told);
    sure.hidden = false;
    const name = String(answer.field ?? "").split(".").pop(), f = asked().find((one) => one.name === name || one.label === name);
    const node = f && document.getElementById(`cx-field-${model.get("testid")}-${f.name}`);
    if (node) { node.setAttribute("aria-invalid", "true"); node.setAttribute("aria-errormessage", told.id); node.focus(); }
  }
  const keys = (event) => { if (event.key === "Escape") drop(); };
  box.addEventListener("keydown", keys);
  return attend(context, (message) => {
    if (message.actions) {
      const same = JSON.stringify(told.groups.map((g) => g.key)) === JSON.stringify((message.groups || []).map((g) => g.key));
      told = { groups: [], fields: [], ...message };
      if (!same || !told.groups.some((g) => g.key === group && !g.off)) group = (told.groups.find((g) => g.key === told.group) || told.groups.find((g) => !g.off) || {}).key ?? null;
      if (message.forget) typed = {};
      draw();
    }
    const answer = message.answer;
    if (answer?.confirm) confirm(answer);
    else if (answer?.wrong) refuse(answer);
    else if (answer) drop();
  });
}
export default { render };
