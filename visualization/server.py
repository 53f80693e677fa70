"""The one server process: Solara's pages over a desk, as a Starlette application that works offline.

Solara asks a public network for its scripts unless it finds them in a folder that the package ``solara-assets``
fills; `missing_assets` says what is not there, and then a plain page says so instead of a blank one.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .desk import Desk
from .frame import hold

NEEDED = ("@widgetti/solara-vuetify-app@10.1.1", "requirejs@2.3.6", "echarts@5.4.0/dist/echarts.esm.min.js")
SITE = "catallaxy.visualization.site"


def assets_folder() -> Path:
    """Return the folder from which Solara serves scripts."""
    return Path(sys.prefix) / "share" / "solara" / "cdn"


def missing_assets() -> tuple[str, ...]:
    """Return the scripts that are not installed; with none missing the dashboard works offline."""
    return tuple(name for name in NEEDED if not (assets_folder() / name).exists())


def application(desk: Desk) -> Any:
    """Return the ASGI application that shows ``desk``; it closes the desk when it ends."""
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Mount, Route

    hold(desk)
    if missing := missing_assets():

        async def excuse(_request: Any) -> HTMLResponse:
            return HTMLResponse(_excuse(missing), status_code=503)

        return Starlette(routes=[Route("/{path:path}", excuse)])
    solara_app = _configured()

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        import solara.server.starlette

        async with solara.server.starlette.lifespan(_app):
            yield
        desk.close()

    return Starlette(routes=[Mount("/", app=solara_app)], lifespan=lifespan)


def _configured() -> Any:
    """Return Solara's application, set to our site, offline, without telemetry."""
    import solara.server.settings as settings

    settings.telemetry.mixpanel_enable = False
    settings.theme.variant = settings.ThemeVariant.dark
    settings.theme.show_banner = False
    settings.main.mode = "production"
    settings.kernel.cull_timeout = "60s"
    settings.ssg.enabled = False
    import solara.server.app
    import solara.server.starlette

    before = solara.server.app.apps.pop("__default__", None)
    if before is not None:
        before.close()
    solara.server.app.apps["__default__"] = solara.server.app.AppScript(SITE)
    return solara.server.starlette.app


def _excuse(missing: tuple[str, ...]) -> str:
    names = "".join(f"<li>{name}</li>" for name in missing)
    return (
        "<!doctype html><title>catallaxy</title><h1>The dashboard's scripts are not installed</h1>"
        f"<p>These were not found in {assets_folder()}:</p><ul>{names}</ul>"
        '<p>Install them: <code>pip install "catallaxy[dashboard]"</code>, then start again.</p>'
    )
