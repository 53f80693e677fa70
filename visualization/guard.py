"""The guard: who may talk to the dashboard.

Whoever reaches it can press reset, so it listens on this machine alone unless a token is set, and then everything needs
the token. Two attacks reach even this machine through its owner's browser, and are refused: a page from elsewhere that
opens a socket here (its ``Origin`` is not ours), and a foreign name that points here (its ``Host`` is not ours).
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .assets import plain_page

COOKIE = "catallaxy-token"
LEAST = 8
"""Letters of a token, at least."""


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach ``host``.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """An ASGI application that lets others through to ``app``, or answers them itself.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    token : str, optional
        What everything needs: once as ``?token=``, from then on as a cookie. Without one, only names of this machine
        are answered.
    """

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        self.app, self._token = app, token
        self._key = hashlib.sha256(f"catallaxy:{token}".encode()).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        elif "websocket.http.response" in scope.get("extensions", {}):
            await _denied(answer)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _answer(self, scope: Scope) -> Response | None:
        """Return what a connection is told instead of the dashboard, None if it may pass."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._token is None and not is_loopback(_name_of(host)):
            return page(403, "Not this address", "<p>This dashboard answers to this machine alone.</p>")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return page(403, "Not from there", "<p>A page from elsewhere may not steer this dashboard.</p>")
        return None if self._token is None else self._unknown(scope)

    def _unknown(self, scope: Scope) -> Response | None:
        """Return what a visitor without the token is told, and the cookie to one who brings it."""
        assert self._token is not None
        query = QueryParams(scope["query_string"])
        brought = query.get("token")
        if brought is not None and scope["type"] == "http" and _same(brought, self._token):
            welcome = RedirectResponse(_without_token(scope, query.multi_items()), status_code=303)
            secure = scope["scheme"] == "https"
            welcome.set_cookie(COOKIE, self._key, httponly=True, samesite="lax", secure=secure)
            return welcome
        if brought is None and _same(HTTPConnection(scope).cookies.get(COOKIE, ""), self._key):
            return None
        return page(
            401, "A token is needed", "<p>Open the address that the command printed: it ends with the token.</p>"
        )


def _same(one: str, other: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return compare_digest(one.encode(), other.encode())


def _name_of(host: str) -> str:
    """Return the name in a ``Host`` header, without port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _without_token(scope: Scope, query: Iterable[tuple[str, str]]) -> str:
    """Return the path that was asked for, without the token: it stays out of histories and bookmarks."""
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    path = "/" + scope["path"].lstrip("/")
    return f"{path}?{rest}" if rest else path


def page(status: int, title: str, body: str) -> Response:
    """Return an answer in words of our own, which nobody keeps."""
    return HTMLResponse(plain_page(title, body), status_code=status, headers={"cache-control": "no-store"})


def _denied(answer: Response) -> Any:
    """Return the application that refuses a socket with ``answer``."""

    async def deny(scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.websockets import WebSocket

        await WebSocket(scope, receive, send).send_denial_response(answer)

    return deny
