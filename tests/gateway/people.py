"""People at the console in a test: a browser each, forms as the pages give them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import sqlalchemy as sa
from argon2 import PasswordHasher

from desk import accounts
from desk.account_tables import audit_log
from desk.account_tables import sessions as session_rows
from desk.audit import Actor
from tests.gateway.house import House

PASSWORD = "correct-horse-7"
BY = Actor(None, "test")


@dataclass
class Page:
    """One answer of the console."""

    status: int
    text: str
    headers: Any

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")

    @property
    def csrf(self) -> str:
        found = re.search(r'<meta name="csrf" content="([0-9a-f]{64})">', self.text)
        return found.group(1) if found else ""

    @property
    def alert(self) -> str:
        found = re.search(r'role="alert" id="error">([^<]*)<', self.text)
        return found.group(1) if found else ""

    @property
    def link(self) -> str:
        """The path of the one-time link that the page shows."""
        return re.search(r"http://[^/]+(/desk/first/[A-Za-z0-9_-]{43})", self.text).group(1)


@dataclass
class Person:
    """Somebody with a browser. ``agent``: what the browser calls itself."""

    house: House
    browser: aiohttp.ClientSession
    csrf: str = ""
    seen: list[Page] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return str(self.house.client.make_url("")).rstrip("/")

    @property
    def cookies(self) -> dict[str, str]:
        return {c.key: c.value for c in self.browser.cookie_jar}

    async def ask(self, method: str, path: str, **more: Any) -> Page:
        async with self.browser.request(method, self.origin + path, allow_redirects=False, **more) as got:
            page = Page(got.status, await got.text(), got.headers)
        self.csrf = page.csrf or self.csrf
        return page

    async def open(self, path: str = "/desk", **headers: str) -> Page:
        return await self.ask("GET", path, headers={"Accept": "text/html"} | headers)

    async def send(self, path: str, *, headers: dict[str, str] | None = None, **form: str) -> Page:
        """A form, from a page of the console, with the session's token unless ``csrf`` is given."""
        given = {"csrf": self.csrf} | form
        return await self.ask("POST", path, data=given, headers={"Origin": self.origin, "Accept": "text/html"} | (headers or {}))

    async def log_in(self, login: str, password: str = PASSWORD, **more: Any) -> Page:
        answer = await self.send("/desk/login", login=login, password=password, **more)
        if answer.status == 303:
            await self.open("/desk/password")
        return answer


@contextlib.asynccontextmanager
async def person(house: House, agent: str = "Firefox") -> AsyncIterator[Person]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"User-Agent": agent}) as browser:
        yield Person(house, browser)


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASHED = QUICK.hash(PASSWORD)


def account(house: House, login: str, role: str = "staff", **more: Any) -> Any:
    """An account that can log in with :data:`PASSWORD`."""
    with house.store.begin() as db:
        must_change = more.pop("must_change", False)
        user = accounts.add(db, BY, login, more.pop("name", f"{login}的姓名"), role, more.pop("department", None))
        accounts.set_password(db, BY, user, _HASHED, must_change=must_change)
        return accounts.get(db, user.id)


@contextlib.asynccontextmanager
async def console(street, **settings):
    """A gateway and somebody in front of it."""
    async with street.open(**settings) as house, person(house) as somebody:
        yield house, somebody


def kept_sessions(house) -> int:
    with house.store.begin() as db:
        return db.execute(sa.select(sa.func.count()).select_from(session_rows)).scalar()


def done(house) -> list[str]:
    """What the audit log says was done, in order."""
    with house.store.begin() as db:
        return list(db.execute(sa.select(audit_log.c.what).order_by(audit_log.c.id)).scalars())
