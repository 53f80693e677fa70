"""Steering in the browser: sliders and shocks act when they say so, replay to the same hash, and refuse the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

import catallaxy
from catallaxy.ledger.manifest import Manifest
from tests.visualization.browser.dashboards import Dashboard, Tab, command, economy_at, within
from tests.visualization.browser.staged import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
TAX = "treasury.income_tax"


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard of a small closed economy, for tests that leave their mark on it."""
    with Dashboard(command("--pace", "30"), tmp_path_factory.mktemp("steered")) as dashboard:
        yield dashboard


@pytest.fixture
def tab(tab_of: Callable[..., Tab], steered: Dashboard) -> Iterator[Tab]:
    """A tab of that dashboard, at the opening of a run of its own."""
    tab = tab_of(steered).paused()
    if tab.tick:
        reset(tab)
    yield tab
    tab.page.close()


def reset(tab: Tab) -> None:
    """Open the same scenario again."""
    tab.part("reset").click()
    tab.part("reset").click()
    tab.shows_tick(0)


def turned_to(tab: Tab, page: str) -> Tab:
    """Turn to a page by the rail."""
    tab.page.locator(f".cx-rail a[href$='/{page}']").click()
    expect(tab.page.locator(".cx-page")).to_be_visible()
    return tab


def lever(tab: Tab, key: str) -> Any:
    """Return the slider of a setting, in sight."""
    row = tab.part(f"lever-{key}")
    expect(row).to_be_attached()
    row.evaluate("(row) => { row.closest('details').open = true; row.scrollIntoView({ block: 'center' }); }")
    return row


def step(tab: Tab) -> int:
    """Make one tick, and return which."""
    tick = tab.tick + 1
    tab.part("step").click()
    tab.shows_tick(tick)
    return tick


def ended(tab: Tab) -> Manifest:
    """End the run under way by a reset; return what its folder says, which must replay."""
    folder = tab.dashboard.run
    reset(tab)
    within(lambda: bool(Manifest.read(folder).finished))
    assert catallaxy.replay(folder) is None
    return Manifest.read(folder)


# -- sliders --------------------------------------------------------------------------------------


def test_a_slider_moved_by_mouse_acts_from_the_tick_it_names_and_replays(tab: Tab) -> None:
    """Asked for while tick 2 is over, in force from tick 3: an economy told the same here ends with the same block."""
    turned_to(tab, "macro")
    step(tab)
    step(tab)
    row = lever(tab, TAX)
    track = row.locator("input[type=range]")
    box = track.bounding_box()
    track.click(position={"x": 0.4 * box["width"], "y": box["height"] / 2})

    expect(row.locator(".cx-lever-foot")).to_contain_text("now 27 %, waits for the next tick")
    value = float(track.input_value())
    assert 0.3 < value < 0.4
    typed = row.locator("input[type=number]").input_value()
    assert float(typed) == pytest.approx(100 * value)
    expect(tab.part("notes")).to_contain_text(f"treasury, income tax: 27 % → {typed} %, from the next month end")
    assert step(tab) == 3
    expect(row.locator(".cx-lever-foot")).to_contain_text("baseline 27 % · next month end")
    assert float(track.input_value()) == value
    step(tab)

    assert tab.dashboard.commands == [(3, {"type": "CHANGE", "changes": {TAX: value}})]
    manifest, here = ended(tab), economy_at(2)
    here.change({TAX: value}, source="dashboard")
    here.run(ticks=2)
    assert here.settings.treasury.income_tax == value
    assert (manifest.last_tick, manifest.head) == (4, here.chain_head)
    assert manifest.head != economy_at(4).chain_head


def test_a_slider_moved_by_keys_waits_for_the_last_one_and_goes_back_by_its_button(tab: Tab) -> None:
    turned_to(tab, "macro")
    row = lever(tab, TAX)
    track, back = row.locator("input[type=range]"), row.locator(".cx-lever-back")
    expect(back).to_be_disabled()
    stride = float(track.get_attribute("step"))
    track.focus()
    for _ in range(3):
        tab.page.keyboard.press("ArrowRight")
        tab.page.wait_for_timeout(60)
    expect(row.locator(".cx-lever-foot")).to_contain_text("waits for the next tick")
    step(tab)
    moved = float(track.input_value())

    assert moved == pytest.approx(0.27 + 3 * stride)
    back.click()
    expect(row.locator(".cx-lever-foot")).to_contain_text(f"now {round(100 * moved, 6):g} %, waits for the next tick")
    step(tab)
    expect(back).to_be_disabled()

    assert [(tick, one["changes"]) for tick, one in tab.dashboard.commands] == [(1, {TAX: moved}), (2, {TAX: 0.27})]


def test_a_number_that_is_out_of_bounds_is_refused_in_the_unit_that_was_typed(tab: Tab) -> None:
    turned_to(tab, "macro")
    box = lever(tab, TAX).locator("input[type=number]")
    box.fill("99")
    box.press("Enter")

    expect(tab.part("notes")).to_contain_text("treasury, income tax is 99 %; give 0 % to 90 %")
    expect(box).to_have_value("27")
    box.fill("60")
    box.press("Enter")
    expect(tab.part("notes")).to_contain_text("income tax is 60 %; lowest tax 17 %, income tax 60 %, highest tax 47 %")
    expect(box).to_have_value("27")
    step(tab)
    assert tab.dashboard.commands == []


CRAFTED = [
    ('{"change": {"treasury.income_tax": 5}}', "treasury, income tax is 500 %; give 0 % to 90 %"),
    ('{"change": {"treasury.income_tax": NaN}}', "treasury.income_tax is 'nan'; give a number"),
    ('{"change": {"treasury.income_tax": 1e400}}', "treasury.income_tax is 'inf'; give a number"),
    ('{"change": {"treasury.income_tax": 1' + "0" * 400 + "}}", "treasury.income_tax is '100000000…'; give a smaller"),
    ('{"change": {"treasury.income_tax": "0.3"}}', "treasury.income_tax is '0.3'; give a number"),
    ('{"change": {"treasury.income_tax": true}}', "treasury.income_tax is True; give a number"),
    ('{"change": {"treasury.income_tax": [0.3]}}', "treasury.income_tax is '[0.3]'; give a number"),
    ('{"change": {"traders.number": 5}}', "traders.number is 5; it cannot change while a world runs"),
    ('{"change": {"no.such": 1}}', "unknown key 'no.such'"),
    ('{"change": "everything"}', "change is 'everything'; give new values by key"),
    ('{"change": {}}', "give new values by key"),
    ('{"sell": "the bank"}', "change is 'None'; give new values by key"),
]


def test_crafted_messages_of_a_slider_give_one_note_each_and_change_nothing(tab: Tab) -> None:
    turned_to(tab, "macro")
    box = lever(tab, TAX).locator("input[type=number]")
    box.fill("30")
    box.press("Enter")
    expect(tab.part("notes")).to_contain_text("27 % → 30 %")
    step(tab)
    before = tab.dashboard.commands
    assert len(before) == 1

    for content, sentence in CRAFTED:
        tab.craft('"change"', content)
        note = tab.part("notes").locator(".cx-error").filter(has_text=sentence)
        expect(note).to_have_count(1)
        tab.page.evaluate("document.querySelectorAll('.cx-note').forEach((note) => note.remove())")
    tab.craft('"change"', '"a word"')
    tab.craft('"change"', "7")
    step(tab)

    assert tab.part("notes").locator(".cx-error").count() == 0
    assert tab.dashboard.commands == before
    expect(box).to_have_value("30")


def test_a_slider_says_which_rule_is_in_force_over_it_for_as_long_as_it_is(bare: Any) -> None:
    number = {"kind": "float", "unit": "%", "effect": "next day end", "choices": [], "description": "", "step": 0.01,
              "value": 0.08, "asked": 0.08, "baseline": 0.08, "low": 0.0, "high": 0.5}  # fmt: skip
    rows = [{"key": f"prudential.{name}", "label": name, **number} for name in ("total", "leverage")]
    sentence = "no effect while the rule capital requirement is in force, which says 20 %"
    stage = Stage(bare, "levers", unfolded=9)
    stage.tell(
        sections=[{"name": "prudential", "about": "", "levers": rows}], over={"prudential.total": "no effect, for once"}
    )
    note = stage.part("lever-prudential.total").get_by_role("note")

    expect(note).to_have_text("no effect, for once")
    stage.tell(values={}, over={"prudential.total": sentence})
    expect(note).to_have_text(sentence)
    expect(note).to_be_visible()
    expect(stage.part("lever-prudential.leverage").get_by_role("note")).to_have_count(0)
    stage.tell(values={"prudential.total": [0.09, 0.09]})
    expect(note).to_be_visible()
    stage.tell(values={}, over={})
    expect(note).to_have_count(0)


# -- shocks ---------------------------------------------------------------------------------------


def test_a_shock_by_form_names_its_effect_strikes_at_its_tick_and_replays(tab: Tab) -> None:
    turned_to(tab, "scenarios")
    form, shocks = tab.part("shock"), tab.part("shocks")
    expect(shocks).to_contain_text("no shock is under way or to come")
    form.get_by_test_id("group").select_option("wage_push")
    form.get_by_test_id("field-size").fill("0.1")
    form.get_by_test_id("act-inject").click()
    expect(form.get_by_role("alertdialog")).to_contain_text("Wage push, size +0.1: at tick 1 (year 1, month 1, day 1).")
    assert tab.dashboard.commands == []
    form.get_by_test_id("confirm").click()

    expect(tab.part("notes")).to_contain_text("wage push comes at tick 1")
    expect(shocks.locator("tbody tr")).to_have_count(1)
    expect(shocks.locator("tbody tr").first).to_contain_text("pending")
    step(tab)
    expect(shocks.locator("tbody tr").first).to_contain_text("struck")
    step(tab)

    here = economy_at(0)
    here.inject({"kind": "wage_push", "size": 0.1, "at": 1}, source="dashboard")
    here.run(ticks=2)
    turned_to(tab, "rules")
    tab.part("log").get_by_label("filter rows").fill("wage push")
    expect(tab.part("log").locator("tbody tr").first).to_contain_text("shock")
    turned_to(tab, "scenarios")
    manifest = ended(tab)
    assert (manifest.last_tick, manifest.head) == (2, here.chain_head)
    expect(shocks).to_contain_text("no shock is under way or to come")


def test_a_wrong_value_of_a_shock_is_refused_at_its_field_and_a_crafted_one_too(tab: Tab) -> None:
    turned_to(tab, "scenarios")
    form = tab.part("shock")
    form.get_by_test_id("group").select_option("wage_push")
    size, told = form.get_by_test_id("field-size"), form.get_by_role("alertdialog")
    for typed, sentence in (("5", "size is 5; give -0.5 to 1"), ("-3", "size is -3; give -0.5 to 1")):
        size.fill(typed)
        form.get_by_test_id("act-inject").click()
        expect(told).to_contain_text(sentence)
        expect(size).to_have_attribute("aria-invalid", "true")
        expect(size).to_be_focused()
    size.fill("")
    expect(told).to_be_hidden()
    expect(size).not_to_have_attribute("aria-invalid", "true")
    form.get_by_test_id("act-inject").click()
    expect(told).to_contain_text("size is missing")
    expect(form.get_by_test_id("confirm")).to_have_count(0)

    for values, sentence in (
        ('{"size": NaN}', "size is nan; give -0.5 to 1"), ('{"size": "much"}', "size is 'much'; give a number"),
        ('{"size": 0.1, "at": 1}', "at is 1; the form asks for"), ('{"size": 0.1, "after": -1}', "strikes in is -1"),
        ('"everything"', "form is 'everything'"),
    ):  # fmt: skip
        tab.craft('"ask":"inject"', '{"do": "inject", "group": "wage_push", "values": ' + values + "}")
        expect(told).to_contain_text(sentence)
    tab.craft('"ask":"inject"', '{"do": "inject", "group": "earthquake", "values": {}}')
    expect(told).to_contain_text("kind of shock is 'earthquake'")
    tab.craft('"ask":"inject"', '{"do": "format the disk"}')
    step(tab)
    step(tab)

    assert tab.dashboard.commands == []


# -- branches -------------------------------------------------------------------------------------


def test_a_branch_is_compared_saved_and_closed_and_leaves_the_baseline_alone(tab: Tab) -> None:
    turned_to(tab, "scenarios")
    form, branch = tab.part("shock"), tab.part("branch")
    form.get_by_test_id("group").select_option("fundamental_jump")
    form.get_by_test_id("field-size").fill("-0.5")
    form.get_by_test_id("act-branch").click()
    expect(form.get_by_role("alertdialog")).to_contain_text("In a second world alone, for 63 trading days.")
    form.get_by_test_id("confirm").click()
    tab.reaches("playing")
    within(lambda: tab.tick >= 8)
    tab.paused()
    drawn = tab.part("branch-index")
    within(lambda: int(drawn.get_attribute("data-rows") or 0) > tab.tick)
    with tab.page.expect_download() as waited:
        tab.page.locator("[data-testid=save-CSV][aria-label='download branch-beside-baseline.csv']").click()
    lines = waited.value.path().read_text().splitlines()

    here, twin = economy_at(tab.tick), economy_at(0)
    twin.inject({"kind": "fundamental_jump", "size": -0.5, "at": 1})
    twin.run(ticks=tab.tick)
    assert lines[0] == "measure,day,baseline,branch,difference"
    index = [line.split(",") for line in lines[1:] if line.startswith("index,")]
    assert len(index) == tab.tick + 1
    assert [float(cell) for cell in index[-1][1:4]] == [tab.tick / 4, here.index, twin.index]
    assert here.index != twin.index
    expect(branch).to_contain_text(f"Index: baseline {here.index:.2f}, branch {twin.index:.2f}.")
    branch.get_by_test_id("act-close").click()
    expect(branch).to_contain_text("There is no branch.")
    expect(drawn).to_have_count(0)
    assert tab.dashboard.commands == []
    assert ended(tab).head == here.chain_head


# -- keys -----------------------------------------------------------------------------------------


def test_keys_steer_only_when_nobody_types(tab: Tab) -> None:
    turned_to(tab, "macro")
    box = lever(tab, TAX).locator("input[type=number]")
    for field in (tab.part("find"), box, tab.part("pace"), lever(tab, TAX).locator("input[type=range]")):
        field.focus()
        for key in (" ", ".", "5", "/"):
            tab.page.keyboard.press(key)
        tab.page.keyboard.press("Escape")
    tab.page.wait_for_timeout(400)

    assert (tab.state, tab.tick, tab.page.url) == ("paused", 0, f"{tab.dashboard.address}/macro")
    tab.page.evaluate("document.activeElement.blur()")
    tab.page.keyboard.press("Control+.")
    tab.page.keyboard.press(".")
    tab.shows_tick(1)
    tab.page.keyboard.press("/")
    expect(tab.part("find")).to_be_focused()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("3")
    expect(tab.page).to_have_url(f"{tab.dashboard.address}/traders")
    assert tab.tick == 1
