"""Scenarios: what can be opened, a shock by form, and a branch beside the world under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import feeds_scenarios as feeds
from ..branch import MEASURES, branch_here, branch_of, end_branch
from ..desk import Desk
from ..epoch import use_epoch
from ..forms import Mailbox, filled
from ..frame import Page, Panel, component, the_desk, ui
from ..live import live
from ..opening import open_scenario, told_opening
from ..shock_forms import FOLLOWED, HORIZON, SHOCK_COLUMNS, read_form, shock_form, words
from ..widgets import Chart, Form, Grid
from .asking import Save, asked, forms_act


@component
def Scenarios() -> None:
    """Show the scenarios there are, that under way first, the form of a shock, the shocks there are, and a branch."""
    desk = the_desk()
    use_epoch(desk)
    chosen, choose = ui.use_state("")
    names = [row.key for row in feeds.listed(desk)]
    name = chosen if chosen in names else names[0]
    with Page():
        with ui.Div(classes=["cx-bare", "cx-stack", "cx-w8"]):
            with (
                Panel("Scenarios", 12, "the one under way first, then those that ship"),
                ui.Div(classes=["cx-wraps", "cx-low"]),
            ):
                _List(name, choose)
            with Panel("Shocks of this world"), ui.Div(classes=["cx-wraps"]):
                _Struck()
            _Branch()
        with ui.Div(classes=["cx-bare", "cx-stack", "cx-w4"]):
            with Panel("Open a scenario"):
                _Opening(name)
            with Panel("Inject a shock, or try it in a branch"):
                _Shock()


@component
def _List(name: str, choose: Any) -> None:
    here = ui.use_ref("")
    here.current = name
    listed, act = asked(feeds.SCENARIO_COLUMNS, lambda key: choose(feeds.wanted(the_desk(), key)))
    live(
        Grid, feeds.scenarios(lambda: listed.current, lambda: here.current), act=act, subject=name,
        prompt="filter scenarios", testid="scenarios",
    )  # fmt: skip


@component
def _Struck() -> None:
    struck, act = asked(SHOCK_COLUMNS)
    live(Grid, feeds.shocks(lambda: struck.current), every=0.5, act=act, tools=False, testid="shocks")


@component
def _Opening(name: str) -> None:
    desk = the_desk()
    here = ui.use_ref("")
    here.current = name
    mail = ui.use_memo(lambda: Mailbox(lambda desk: feeds.open_form(desk, here.current)), [])

    def ask(said: dict[str, Any]) -> None:
        _seed(desk, said, name)
        mail.answer(
            confirm=told_opening(desk.run, name), verb="open it", leads="open", values=said.get("values"), group=name
        )

    def do(said: dict[str, Any]) -> None:
        wanted = feeds.wanted(desk, str(said.get("group", "")))
        open_scenario(desk, wanted, _seed(desk, said, wanted))

    live(Form, mail.feed, act=forms_act(mail, {"open": ask}, {"open": do}), subject=name, testid="open")


def _seed(desk: Desk, said: dict[str, Any], name: str) -> int | None:
    return filled(feeds.open_form(desk, name)["fields"], said.get("values") or {}).get("seed")


@component
def _Shock() -> None:
    desk = the_desk()
    mail = ui.use_memo(lambda: Mailbox(shock_form), [])

    def ask(leads: str, verb: str) -> Any:
        def answer(said: dict[str, Any]) -> None:
            if leads == "twin":
                text = "A second world goes on from here with no change: every number must stay equal."
            else:
                text = feeds.told_effect(desk, read_form(desk, said), alone=leads == "branch")
            mail.answer(confirm=text, verb=verb, leads=leads, group=said.get("group"), values=said.get("values"))

        return answer

    def inject(said: dict[str, Any]) -> None:
        desk.inject(read_form(desk, said))

    def branch(said: dict[str, Any]) -> None:
        shock = read_form(desk, said)
        branch = branch_here(desk.run.world, days=shock.horizon, shock=shock)
        desk.note(f"branched at tick {branch.began}: {words(branch.shock['kind'])} in the branch alone")
        desk.play()

    def twin(said: dict[str, Any]) -> None:
        asked = filled([FOLLOWED], {"horizon": (said.get("values") or {}).get("horizon")})
        branch = branch_here(desk.run.world, days=asked.get("horizon", HORIZON))
        desk.note(f"branched at tick {branch.began} without a change")
        desk.play()

    asks = {"inject": ask("inject", "strike"), "branch": ask("branch", "branch"), "twin": ask("twin", "branch")}
    does = {"inject": inject, "branch": branch, "twin": twin}
    live(Form, mail.feed, act=forms_act(mail, asks, does), testid="shock")


@component
def _Branch() -> None:
    there, show = ui.use_state(branch_of(the_desk().run.world) is not None)
    save = ui.use_memo(lambda: lambda: feeds.comparison_csv(the_desk()), [])
    handles = [Save(save, "branch-beside-baseline.csv", "CSV", "text/csv")] if there else []
    with Panel("Branch beside baseline", handles=handles), ui.Div():
        _Status(show)
        if there:
            _Compared()


@component
def _Status(show: Callable[[bool], None]) -> None:
    """Say how a branch fares, and ``show`` whether there is one: another tab may have made or closed it."""
    desk = the_desk()
    mail = ui.use_memo(lambda: Mailbox(feeds.branch_status), [])

    def keep(_said: dict[str, Any]) -> None:
        branch = branch_of(desk.run.world)
        if branch is not None:
            branch.go_on()
            desk.play()

    def close(_said: dict[str, Any]) -> None:
        end_branch(desk.run.world)
        desk.note("the branch is closed")

    def told(desk: Desk, seen: Any) -> Any:
        show(branch_of(desk.run.world) is not None)
        return mail.feed(desk, seen)

    live(Form, told, every=0.5, act=forms_act(mail, {"keep": keep, "close": close}, {}), testid="branch")


@component
def _Compared() -> None:
    with ui.Div(classes=["cx-pairs"]):
        for measure in MEASURES:
            live(
                Chart, feeds.comparison(measure), every=0.5, height=210, testid=f"branch-{measure.key}",
                label=f"{measure.title}: branch beside baseline",
            )  # fmt: skip
