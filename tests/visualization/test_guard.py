"""The guard: this machine alone, or whoever brings the token; nobody steers through somebody else's page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette")

from catallaxy.visualization.guard import COOKIE, Guard, is_loopback

TOKEN = "correct horse & battery"
Answer = tuple[int, dict[str, str], str]


async def inside(scope: Any, receive: Any, send: Any) -> None:
    """Stand in for the dashboard."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def asked(
    path: str = "/",
    query: str = "",
    *,
    token: str | None = None,
    kind: str = "http",
    denial: bool = True,
    **headers: str,
) -> Answer:
    """Return status, headers and text that a visitor gets; for a socket 101 means that it was let in."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request", "body": b""}

    given = {"host": "127.0.0.1:8765"} | headers
    scope = {
        "type": kind, "method": "GET", "path": path, "query_string": query.encode(), "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()], "server": ("127.0.0.1", 8765),
        "extensions": {"websocket.http.response": {}} if denial else {},
    }  # fmt: skip
    asyncio.run(Guard(inside, token)(scope, receive, send))
    first, text = sent[0], b"".join(message.get("body", b"") for message in sent).decode()
    if first["type"] == "websocket.accept":
        return 101, {}, ""
    if first["type"] == "websocket.close":
        return first["code"], {}, ""
    return first["status"], {name.decode(): value.decode() for name, value in first.get("headers", [])}, text


def cookie_of(answer: Answer) -> str:
    return answer[1]["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "127.0.0.1"])
def test_without_a_token_this_machine_gets_in(host: str) -> None:
    assert asked(host=host)[0] == 200
    assert asked(host=host, origin=f"http://{host}", kind="websocket")[0] == 101


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1.evil.example", "192.168.1.5:8765", "", "[::1"])
def test_a_foreign_name_that_points_here_is_refused(host: str) -> None:
    status, _, text = asked(host=host)

    assert status == 403
    assert "This dashboard answers to this machine alone." in text
    assert asked(host=host, kind="websocket")[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null", "file://"])
def test_a_page_from_elsewhere_cannot_open_a_socket(origin: str) -> None:
    assert asked(origin=origin, kind="websocket")[0] == 403
    assert asked(origin=origin, kind="websocket", denial=False)[0] == 1008
    assert asked(origin=origin)[0] == 403


def test_with_a_token_everything_needs_it() -> None:
    for path in ("/", "/markets/AAPL", "/static/main.js", "/_solara/cdn/requirejs", "/jupyter/api/kernels/1"):
        status, headers, text = asked(path, token=TOKEN)
        assert (status, headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "<h1>A token is needed</h1>" in text
        assert "<script" not in text
    assert asked("/jupyter/api/kernels/1/channels", token=TOKEN, kind="websocket")[0] == 401
    assert asked("/jupyter/api/kernels/1/channels", token=TOKEN, kind="websocket", denial=False)[0] == 1008


def test_the_token_is_taken_once_and_leaves_the_address() -> None:
    welcome = asked("/markets/AAPL", "token=correct+horse+%26+battery&day=3", token=TOKEN)
    cookie = cookie_of(welcome)

    assert (welcome[0], welcome[1]["location"]) == (303, "/markets/AAPL?day=3")
    assert "HttpOnly" in welcome[1]["set-cookie"]
    assert "SameSite=lax" in welcome[1]["set-cookie"]
    assert TOKEN not in welcome[1]["set-cookie"]
    assert asked("/markets/AAPL", token=TOKEN, cookie=cookie)[0] == 200
    assert asked("/x/channels", token=TOKEN, cookie=cookie, kind="websocket")[0] == 101


@pytest.mark.parametrize("query", ["token=", "token=correct", "token=correct+horse+%26+batterz", "token=%C3%A4", "t=1"])
def test_a_wrong_token_is_refused(query: str) -> None:
    assert asked("/", query, token=TOKEN)[0] == 401


@pytest.mark.parametrize("cookie", [f"{COOKIE}=", f"{COOKIE}=nonsense", f"{COOKIE}={TOKEN}", "other=1"])
def test_a_wrong_cookie_is_refused(cookie: str) -> None:
    assert asked(token=TOKEN, cookie=cookie)[0] == 401


def test_the_cookie_of_another_token_is_refused() -> None:
    cookie = cookie_of(asked("/", "token=another-token", token="another-token"))

    assert asked(token=TOKEN, cookie=cookie)[0] == 401


def test_the_welcome_never_leads_elsewhere() -> None:
    welcome = asked("//evil.example/", "token=correct+horse+%26+battery", token=TOKEN)

    assert welcome[1]["location"] == "/evil.example/"


def test_a_token_still_lets_no_foreign_page_steer() -> None:
    cookie = cookie_of(asked("/", "token=correct+horse+%26+battery", token=TOKEN))

    assert asked(token=TOKEN, cookie=cookie, origin="http://evil.example", kind="websocket")[0] == 403
    assert asked(token=TOKEN, cookie=cookie, host="my-server:8765")[0] == 200


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
                           ("0.0.0.0", False), ("::", False), ("192.168.0.7", False), ("my-server", False)],
)  # fmt: skip
def test_what_only_this_machine_can_reach(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
