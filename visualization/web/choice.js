// One of a few: buttons in a row.
function render({ model, el }) {
  const row = make("div", "cx-choice", undefined, { role: "group", "aria-label": model.get("label"), "data-testid": model.get("testid") });
  el.classList.add("cx-panel-body");
  const draw = () => row.replaceChildren(...model.get("options").map((option) => {
    const on = option === model.get("value");
    const button = make("button", on ? "cx-on" : "", option, { type: "button", "aria-pressed": String(on) });
    button.onclick = () => { model.set("value", option); model.save_changes(); };
    return button;
  }));
  model.on("change:value", draw);
  model.on("change:options", draw);
  draw();
  el.append(row);
}
export default { render };
