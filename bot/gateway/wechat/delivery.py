"""What goes to residents in WeChat: as the reply to what they wrote, else by the customer-service interface, in order and once.

Nobody hands messages over: a resident's row says up to where the conversation is told (``told``), and what is beyond it is put
into ``wechat_out``, whoever said it. A part goes by one of two ways. Where it is not known whether it arrived, it is not sent
again by itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import asdict
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.gateway.metrics import Metrics
from bot.gateway.turns import Turns
from bot.gateway.wechat import api, form
from bot.gateway.wechat.api import Api, Failed
from bot.gateway.wechat.taking import Taken, passive
from bot.gateway.wechat.tokens import Tokens
from bot.gateway.wechat.words import say
from desk import conversations as talk
from desk import wechat, wechat_token
from desk.store import now
from desk.tables import messages

log = logging.getLogger("huimin.wechat")

LOOK_EVERY = 2.0
KEEP_EVERY = 0.3
TIDY_EVERY = 600.0
AT_ONCE = 8
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
# How long the platform's word holds that this account may not send by itself.
NOT_ALLOWED_FOR = dt.timedelta(hours=1)


class Delivery:
    """Sends what waits, for one account. ``service`` None: there is no secret, so nothing goes by itself."""

    def __init__(self, turns: Turns, secret: str, metrics: Metrics, service: Api | None, tokens: Tokens | None):
        self._turns, self._secret, self._metrics, self._api, self._tokens = turns, secret, metrics, service, tokens
        self._silent = False
        self._changed: set[str] = set()
        self._written: set[str] = set()
        self._news = asyncio.Event()
        turns.listen(self._hear)

    @property
    def can_send(self) -> bool:
        """Whether something may go by itself."""
        return self._api is not None and not self._silent

    # —— the reply to what came

    def reply(self, db: Connection, key: str, taken: Taken) -> str:
        """The words of the reply to a turn, the same ones whenever it is asked for; they count as sent from now on."""
        talk.lock(db, taken.conversation)
        arrival = wechat.arrival(db, key)
        if arrival is None or arrival.reply is not None:  # long ago; or answered meanwhile
            return arrival.reply if arrival else ""
        row = wechat.resident(db, arrival.resident) if arrival.resident else None
        if row is None:  # erased meanwhile
            wechat.set_reply(db, key, "")
            return ""
        self._take_up(db, row)
        said = passive(db, row.id, key, taken.lead, self.can_send)
        if not said and not self.can_send and _is_open(db, taken.message):
            said = say("wait_and_look")
        wechat.set_reply(db, key, said)
        wechat.change_resident(db, row.id, replying_until=None)
        return said

    # —— what goes by itself

    def look_at(self, conversation: str) -> None:
        """There may be something to send in a conversation."""
        self._hear(frozenset({conversation}))

    def wrote(self, key: str) -> None:
        """The reply to what came under this key was written to the platform."""
        self._written.add(key)

    def _hear(self, changed: frozenset[str]) -> None:
        self._changed |= changed
        self._news.set()

    async def run(self) -> None:
        """Send, and see what became of replies, until cancelled. Apart from each other: what hangs on the platform must not make
        a reply that was written look as if it were not.
        """
        await asyncio.gather(self._send_on(), self._keep_on())

    async def _send_on(self) -> None:
        loop = asyncio.get_running_loop()
        looked = -LOOK_EVERY
        while True:
            await self._rest()
            changed, self._changed = self._changed, set()
            try:
                if loop.time() - looked >= LOOK_EVERY:
                    looked = loop.time()
                    changed |= set(await self._turns.read(wechat.with_something_to_do))
                if changed:
                    await self._serve(sorted(changed))
            except sa.exc.SQLAlchemyError:
                log.exception("could not look for what is to be sent")
                await asyncio.sleep(LOOK_EVERY)

    async def _keep_on(self) -> None:
        loop = asyncio.get_running_loop()
        tidied = looked = -TIDY_EVERY
        while True:
            try:
                await self._keep_written()
                if loop.time() - looked >= LOOK_EVERY:
                    looked = loop.time()
                    await self._look()
                if loop.time() - tidied >= TIDY_EVERY:
                    tidied = loop.time()
                    await self._turns.write(wechat.forget_arrivals)
            except sa.exc.SQLAlchemyError:
                log.exception("could not keep what became of replies")
            await asyncio.sleep(KEEP_EVERY)

    async def _keep_written(self) -> None:
        names, self._written = self._written, set()
        if names:
            try:
                await self._turns.write(lambda db: wechat.written(db, names))
            except BaseException:
                self._written |= names
                raise

    async def _look(self) -> None:
        """Whether the account may send, and what became of replies."""
        if self._api is not None:
            self._silent = await self._turns.read(lambda db: wechat_token.is_silent(db, self._api.appid))
        while await self._turns.read(wechat.some_ended):
            for state, number in (await self._turns.write(wechat.settle_replies)).items():
                self._metrics.wechat_replied(state, number)

    async def _rest(self) -> None:
        """Until there is news, or it is time to look. Not with ``wait_for``, which may swallow that it is cancelled."""
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({news}, timeout=LOOK_EVERY)
        finally:
            news.cancel()
        self._news.clear()

    async def _serve(self, conversations: list[str]) -> None:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(conversation: str) -> None:
            async with free:
                try:
                    await self.send_what_waits(conversation)
                except Exception:
                    log.exception("could not send")

        await asyncio.gather(*map(one, conversations))

    async def send_what_waits(self, conversation: str) -> None:
        """Everything that may go now, in order."""
        if await self._turns.read(partial(wechat.of_conversation, conversation=conversation)) is None:
            return
        while True:
            part = await self._turns.write(partial(self._next, conversation=conversation))
            if part is None:
                return
            under_way = asyncio.ensure_future(self._send_and_settle(conversation, *part))
            try:
                if not await asyncio.shield(under_way):
                    return
            except asyncio.CancelledError:  # the gateway stops: what is under way ends, so that one knows what became of it
                await under_way
                raise

    async def _send_and_settle(self, conversation: str, part: int, openid: str, text: str, tries: int) -> bool:
        """Whether it went."""
        failed = await self._send(openid, text)
        await self._turns.write(partial(self._settle, conversation=conversation, part=part, tries=tries, failed=failed))
        return failed is None

    def _next(self, db: Connection, conversation: str) -> tuple[int, str, str, int] | None:
        """The part to send now, which nobody else sends from here on: (number, whom to, text, tries before)."""
        talk.lock(db, conversation)
        row = wechat.of_conversation(db, conversation)
        if row is None or wechat.is_replying(row):
            return None
        self._take_up(db, row)
        wechat.give_up_under_way(db, row.id)
        waiting = wechat.in_state(db, row.id, wechat.WAITING)
        if not waiting or wechat.in_state(db, row.id, wechat.SENDING):
            return None
        why = self._why_not(row)
        grants = None if why else wechat.spent(row.grants, now())
        openid = wechat.openid_of(row, self._secret)
        if why or grants is None or openid is None:
            reason = why or ("unreadable" if openid is None else wechat.why_not(row.grants, now()))
            held = [p.id for p in waiting if p.next_try is not None or p.reason != reason]
            wechat.change_out(db, held, reason=reason, next_try=None)
            return None
        part = waiting[0]
        if part.next_try is None:  # and what comes after it, too: the order is kept
            wechat.change_out(db, [p.id for p in waiting if p.next_try is not None], reason=part.reason, next_try=None)
        if part.next_try is None or talk.aware(part.next_try) > now():
            return None
        wechat.change_resident(db, row.id, grants=grants)
        wechat.change_out(db, [part.id], state=wechat.SENDING, tries=part.tries + 1)
        return part.id, openid, part.text, part.tries

    def _why_not(self, row: Row) -> str | None:
        if not row.subscribed:
            return "unsubscribed"
        return None if self.can_send else "no_service"

    async def _send(self, openid: str, text: str) -> Failed | None:
        for last in (False, True):
            token = None
            try:
                token = await self._tokens.get()
                await self._api.send_text(token, openid, text)
                return None
            except Failed as error:
                if error.kind == api.TOKEN and token is not None and not last:
                    await self._tokens.refused(token)
                    continue
                return error
        raise AssertionError

    def _settle(self, db: Connection, conversation: str, part: int, tries: int, failed: Failed | None) -> None:
        talk.lock(db, conversation)
        self._metrics.wechat_went(failed.kind if failed else "sent")
        if failed is None:
            return wechat.sent(db, [part], wechat.SERVICE)
        row = wechat.of_conversation(db, conversation)
        if row is None:  # erased meanwhile
            return None
        if failed.kind == api.UNKNOWN:
            return wechat.change_out(db, [part], state=wechat.UNCERTAIN, reason="no_answer", next_try=None)
        if failed.kind in (api.BUSY, api.TOKEN):
            pause = min(FIRST_PAUSE * 2**min(tries, 20), LONGEST_PAUSE)
            wechat.change_resident(db, row.id, grants=wechat.given_back(row.grants))
            wechat.change_out(db, [part], state=wechat.WAITING, reason=failed.kind, next_try=now() + dt.timedelta(seconds=pause))
            return None
        if failed.kind in (api.WINDOW, api.COUNT):  # its ledger counts, not ours
            wechat.change_resident(db, row.id, grants=[])
        if failed.kind == api.NOT_ALLOWED:
            wechat_token.silence(db, self._api.appid, NOT_ALLOWED_FOR)
            self._silent = True
        if failed.kind in (api.NOT_ALLOWED, api.REFUSED):
            log.warning("the platform refuses what is sent", extra={"reason": api.meaning(failed)})
        refused = f"refused {failed.errcode or ''}".strip()
        reason = {api.NOT_ALLOWED: "no_service", api.REFUSED: refused}.get(failed.kind, failed.kind)
        return wechat.change_out(db, [part], state=wechat.WAITING, reason=reason, next_try=None)

    # —— what is new in a conversation

    @staticmethod
    def _take_up(db: Connection, row: Row) -> None:
        """Put what was said since the last time into the order of what goes out."""
        new = talk.history(db, row.conversation, row.told, limit=None)
        if not new:
            return
        replied = {m.in_reply_to for m in new if m.in_reply_to and not m.data.get("pending")}
        shown = [
            talk.public(m) for m in new
            if m.sender != "resident" and not (m.data.get("pending") and m.in_reply_to in replied)  # the answer itself is there
        ]
        for message, texts in zip(shown, form.parts(*map(_in_one_voice, shown))):
            wechat.add_out(db, row.id, message["id"], texts)
        offered = form.choices(*shown)  # a number means the last ones'
        values = {"told": new[-1].seq}
        if offered or any(m["from"] == "bot" for m in shown):
            values["choices"] = [asdict(c) for c in offered]
        wechat.change_resident(db, row.id, **values)


def _in_one_voice(message: dict[str, Any]) -> dict[str, Any]:
    """A message for a chat in which all come from the same account, and which has no button to leave a number with."""
    data, said = message["data"] or {}, message["text"]
    if message["from"] == "staff" and data.get("name"):
        said = say("by_person", name=data["name"]) + said
    if data.get("callback") == "offered":
        said = f"{said}\n{say('callback_hint')}"
    return message | {"text": said}


def _is_open(db: Connection, message: str) -> bool:
    """Whether a turn is not over."""
    return db.execute(sa.select(messages.c.state).where(messages.c.id == message)).scalar() == "received"
