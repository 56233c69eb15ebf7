"""What one posted message or event says, read from its XML. Pure; what is sent as a file is not fetched and not kept."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

Kind = Literal[
    "text", "voice", "location", "image", "video", "link", "subscribe", "unsubscribe", "scan", "click", "view", "other"
]
_MESSAGES: dict[str, Kind] = {
    "text": "text", "voice": "voice", "location": "location", "image": "image", "video": "video", "shortvideo": "video",
    "link": "link",
}
_EVENTS: dict[str, Kind] = {
    "subscribe": "subscribe", "unsubscribe": "unsubscribe", "scan": "scan", "click": "click", "view": "view",
}
_NAME = re.compile(r"[A-Za-z0-9_.@-]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,20}")


class Malformed(Exception):
    """No message of the platform's."""


@dataclass(frozen=True)
class Inbound:
    """One message or event. ``created``: seconds since 1970 by the platform's clock; ``latitude`` and ``longitude`` in degrees.

    ``text``: what was typed, what a voice was recognised as, or the key of a menu entry or a code; None where there is none.
    ``key`` is the same for every delivery of one message, and another for every other; like ``openid`` it tells who wrote.
    """

    openid: str = field(repr=False)
    account: str
    created: int
    kind: Kind
    key: str = field(repr=False)
    text: str | None = field(default=None, repr=False)
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    label: str | None = field(default=None, repr=False)

    @property
    def is_event(self) -> bool:
        """Whether something happened, and nothing was said."""
        return self.key.startswith("event:")


def fields(xml: str) -> dict[str, str]:
    """The elements right under the root, by name. Raises :class:`Malformed`; entities and document types are refused."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise Malformed from None
    return {element.tag: element.text or "" for element in root}


def parse(xml: str) -> Inbound:
    """Raises :class:`Malformed`."""
    return read(fields(xml))


def read(said: Mapping[str, str]) -> Inbound:
    """What the fields of a message say. Raises :class:`Malformed`."""
    openid, account, created = said.get("FromUserName", ""), said.get("ToUserName", ""), said.get("CreateTime", "").strip()
    if not (_NAME.fullmatch(openid) and _NAME.fullmatch(account) and _NUMBER.fullmatch(created)):
        raise Malformed
    kind = _kind(said)
    latitude, longitude = _place(said) if kind == "location" else (None, None)
    return Inbound(
        openid, account, int(created), kind, _key(said, openid, created), _text(said, kind), latitude, longitude,
        (said.get("Label", "").strip() or None) if kind == "location" else None,
    )


def _kind(said: Mapping[str, str]) -> Kind:
    name = said.get("MsgType", "").lower()
    if name == "event":
        return _EVENTS.get(said.get("Event", "").lower(), "other")
    return _MESSAGES.get(name, "other")


def _key(said: Mapping[str, str], openid: str, created: str) -> str:
    """Messages are numbered by the platform; events are not, and are told apart by who, when and what."""
    number = said.get("MsgId", "").strip()
    if said.get("MsgType", "").lower() != "event" and _NUMBER.fullmatch(number):
        return f"message:{int(number)}"
    return ":".join(("event", openid, created, said.get("Event", ""), said.get("EventKey", "")))


def _text(said: Mapping[str, str], kind: Kind) -> str | None:
    source = {"text": "Content", "voice": "Recognition", "click": "EventKey", "scan": "EventKey", "view": "EventKey"}.get(kind)
    if kind == "subscribe":  # by a code with a scene of its own
        return said.get("EventKey", "").removeprefix("qrscene_") or None
    return (said.get(source, "").strip() or None) if source else None


def _place(said: Mapping[str, str]) -> tuple[float, float] | tuple[None, None]:
    """Degrees north and east; nothing where they are no place on earth."""
    try:
        latitude, longitude = float(said["Location_X"]), float(said["Location_Y"])
    except (KeyError, ValueError):
        return None, None
    on_earth = math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if on_earth else (None, None)
