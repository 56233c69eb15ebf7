"""A made-up district's website on another port than the service, with the widget as such a site would embed it.

To a browser it is another site: what works here works on the district's own pages. Its style sheet is as careless as such
sheets are, its content security policy as strict as it should be.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from string import Template

from aiohttp import web

PAGES = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src {gateway}; connect-src {gateway}; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_site(gateway: str) -> web.Application:
    """The website's application; ``gateway``: the service's address without a slash at its end."""
    headers = {"Content-Security-Policy": POLICY.format(gateway=gateway), "Cache-Control": "no-store"}

    def page(name: str):
        text = Template((PAGES / name).read_text(encoding="utf-8")).substitute(gateway=gateway)

        async def serve(request: web.Request) -> web.Response:
            return web.Response(text=text, content_type="text/html", headers=headers)

        return serve

    async def styles(request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGES / "site.css", headers={"Cache-Control": "no-store"})

    site = web.Application()
    site.router.add_get("/", page("index.html"))
    site.router.add_get("/guide", page("guide.html"))
    site.router.add_get("/site.css", styles)
    return site


def what_is_missing(gateway: str, own: str) -> str | None:
    """Why the widget could not work on ``own``, in words for whoever tries it; None if it can."""
    asked = urllib.request.Request(f"{gateway}/api/notice", headers={"Origin": own})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=5) as got:
            json.load(got)
            allowed = got.headers.get("Access-Control-Allow-Origin")
    except (OSError, ValueError, urllib.error.HTTPError):
        return f"{gateway} 没有回应。请先在另一个窗口启动服务：HUIMIN_ALLOWED_ORIGINS={own} make run"
    if allowed != own:
        return f"服务还不允许这个网站使用。请停掉它，这样重新启动：HUIMIN_ALLOWED_ORIGINS={own} make run"
    return None


def serve(gateway: str, port: int) -> int:
    """Serve on loopback until Ctrl-C."""
    own = f"http://127.0.0.1:{port}"
    missing = what_is_missing(gateway, own)
    print(missing or f"示范网站在 {own}，右下角是问答按钮（按 Ctrl-C 停止）", flush=True)
    if missing:
        return 1
    try:
        web.run_app(make_site(gateway), host="127.0.0.1", port=port, print=None)
    except OSError as error:
        print(f"端口 {port} 不能用：{error.strerror}。换一个：make demo DEMO_PORT=8091")
        return 1
    return 0
