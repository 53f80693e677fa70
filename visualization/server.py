"""The one server process: Solara's pages over a desk, as a Starlette application that works offline."""

from __future__ import annotations

import socket
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import escape
from typing import Any

from .assets import excuse, missing_assets
from .desk import Desk
from .frame import hold
from .guard import Guard, page

SITE = "catallaxy.visualization.site"
_SHOWN = 80
TAB_KEPT = "50s"
"""How long a tab that went silent is kept, should it come back; one that is closed says so and goes at once."""


def hush() -> None:
    """Silence what Solara says of a cookie for embedded pages over plain HTTP; ours are not embedded.

    To be called before any world is stepped: a thread that leaves a block of `warnings.catch_warnings` puts back the
    filters that it found there.
    """
    warnings.filterwarnings("ignore", message="Cookies with samesite=none", module=r"solara\.server\.starlette")


def application(desk: Desk, token: str | None = None) -> Any:
    """Return the ASGI application that shows ``desk``; it closes the desk when it ends."""
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Mount, Route

    hold(desk)
    if missing := missing_assets():

        async def say_what_is_missing(_request: Any) -> HTMLResponse:
            return HTMLResponse(excuse(missing), status_code=503)

        return Guard(Starlette(routes=[Route("/{path:path}", say_what_is_missing)]), token)
    solara_app = _configured()

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        import solara.server.starlette

        try:
            async with solara.server.starlette.lifespan(_app):
                yield
        finally:
            desk.close()

    return Guard(Starlette(routes=[Mount("/", app=solara_app)], lifespan=lifespan), token)


def serve(
    desk: Desk, listener: socket.socket, *, token: str | None = None, ready: Callable[[], None] = lambda: None
) -> None:
    """Show ``desk`` to whoever connects to ``listener``, until Ctrl-C or SIGTERM; then close it.

    Parameters
    ----------
    listener : socket
        Bound and listening already, so that a port in use is told before a world is opened.
    token : str, optional
        What a visitor needs (see `Guard`).
    ready : callable
        Called when pages can be opened.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        application(desk, token),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    try:
        Server(config).run(sockets=[listener])
    finally:
        desk.close()


def _configured() -> Any:
    """Return Solara's application, set to our site, offline, without telemetry."""
    import solara.server.settings as settings

    settings.telemetry.mixpanel_enable = False
    settings.theme.variant = settings.ThemeVariant.dark
    settings.theme.show_banner = False
    settings.theme.title = "catallaxy"
    settings.main.mode = "production"
    settings.kernel.cull_timeout = TAB_KEPT
    settings.ssg.enabled = False
    import solara.server.app
    import solara.server.starlette

    before = solara.server.app.apps.pop("__default__", None)
    if before is not None:
        before.close()
    solara.server.app.apps["__default__"] = solara.server.app.AppScript(SITE)
    app = solara.server.starlette.app
    app.add_exception_handler(404, _nowhere)
    return app


async def _nowhere(request: Any, _error: Exception) -> Any:
    """Say that there is nothing at an address, and lead to where there is."""
    return page(
        404,
        "There is no such page",
        f"<p>Nothing of this dashboard is at <code>{escape(request.url.path[:_SHOWN])}</code>.</p>"
        '<p><a href="/">To the overview</a></p>',
    )
