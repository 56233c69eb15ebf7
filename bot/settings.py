"""Configuration, from the environment only; the defaults run on one machine."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desk.hours import DEFAULT, BadHours, read_hours
from desk.news import redis_url

MOST_RASA_PROCESSES = 32
NOTIFY_STYLES = ("generic", "wecom", "dingtalk", "feishu")
WECHAT_MODES = ("plain", "compatible", "safe")
WECHAT_API = "https://api.weixin.qq.com"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadSetting(Exception):
    """An environment variable has a value that makes no sense."""


def _number(name: str, default: int, low: int, high: int) -> int:
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,9}", given) or not low <= int(given) <= high:
        raise BadSetting(f"{name} 应当是 {low} 到 {high} 的整数，现在是 {given}")
    return int(given)


def _names(name: str) -> frozenset[str]:
    return frozenset(x.strip().rstrip("/") for x in os.environ.get(name, "").split(",") if x.strip())


def _networks(name: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(x, strict=False) for x in sorted(_names(name)))
    except ValueError as error:
        raise BadSetting(f"{name} 应当是用逗号分开的地址或网段，例如 10.0.0.0/8：{error}") from None


def _one_of(name: str, values: tuple[str, ...]) -> str | None:
    given = os.environ.get(name, "").strip()
    found = next((v for v in values if v.lower() == given.lower()), None)
    if given and found is None:
        raise BadSetting(f"{name} 应当是 {'、'.join(values)} 之一，现在是 {given}")
    return found


def _redis_url() -> str | None:
    given = redis_url()
    if given and not re.match("(redis|rediss|unix)://", given):
        raise BadSetting("HUIMIN_REDIS_URL 应当以 redis://、rediss:// 或 unix:// 开头")
    return given


def _is_base_address(url: str) -> bool:
    """Whether it is scheme, host and port of an HTTP server, and nothing else."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and parts.port != 0 and url == f"{parts.scheme}://{parts.netloc}" and bool(
            re.fullmatch(r"[^\s@]+", parts.netloc)
        )
    except ValueError:  # the port is no number that a port can have
        return False


def _webhook() -> str | None:
    given = os.environ.get("HUIMIN_NOTIFY_WEBHOOK", "").strip()
    if given and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", given):
        raise BadSetting("HUIMIN_NOTIFY_WEBHOOK 应当是以 https:// 或 http:// 开头的地址")  # what it is stays secret
    return given or None


def _rasa_urls() -> tuple[str, ...]:
    given = [x.strip().rstrip("/") for x in os.environ.get("HUIMIN_RASA_URL", "").split(",") if x.strip()]
    for url in given:
        if not _is_base_address(url):
            raise BadSetting(f"HUIMIN_RASA_URL 应当是 http://127.0.0.1:5005 这样的地址，几个用逗号分开，现在有 {url}")
    if len(given) > MOST_RASA_PROCESSES or len(set(given)) < len(given):
        raise BadSetting(f"HUIMIN_RASA_URL 最多 {MOST_RASA_PROCESSES} 个地址，不能重复，现在有 {len(given)} 个")
    return tuple(given) or ("http://127.0.0.1:5005",)


def _check_office_hours() -> None:
    """What :mod:`desk.hours` reads from the environment itself."""
    try:
        read_hours(os.environ.get("HUIMIN_OFFICE_HOURS", "").strip() or DEFAULT)
    except BadHours as error:
        raise BadSetting(f"HUIMIN_OFFICE_HOURS 应当写成 9:00-12:00,14:00-17:30 这样，按先后排列，现在是 {error}") from None


@dataclass(frozen=True)
class WechatSettings:
    """The official account that residents write to. Without ``secret`` we can answer, but not begin to speak."""

    appid: str
    token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    aes_key: str | None = field(default=None, repr=False)
    mode: str = "plain"
    api: str = WECHAT_API


def _wechat() -> WechatSettings | None:
    """None where no account is connected. What the values are stays out of every message, but for the mode and the address."""
    given = {name: os.environ.get(f"HUIMIN_WECHAT_{name}", "").strip() for name in ("TOKEN", "APPID", "SECRET", "AES_KEY")}
    mode = _one_of("HUIMIN_WECHAT_MODE", WECHAT_MODES)
    if not any(given.values()):
        return None
    for name, (form, words) in _WECHAT_FORMS.items():
        if not given[name] and name in {"TOKEN", "APPID"}:
            raise BadSetting(f"接入微信公众号要同时设置 HUIMIN_WECHAT_TOKEN 和 HUIMIN_WECHAT_APPID，现在缺 HUIMIN_WECHAT_{name}")
        if given[name] and not re.fullmatch(form, given[name]):
            raise BadSetting(f"HUIMIN_WECHAT_{name} 应当是{words}")
    mode = mode or ("safe" if given["AES_KEY"] else "plain")
    if mode != "plain" and not given["AES_KEY"]:
        raise BadSetting(f"HUIMIN_WECHAT_MODE 是 {mode}，要同时设置 HUIMIN_WECHAT_AES_KEY")
    return WechatSettings(
        given["APPID"], given["TOKEN"], given["SECRET"] or None, given["AES_KEY"] or None, mode, _wechat_api()
    )


_WECHAT_FORMS = {
    "TOKEN": ("[A-Za-z0-9]{3,32}", " 3 到 32 个字母或数字，和公众平台“服务器配置”里填的一样"),
    "APPID": ("wx[A-Za-z0-9]{16}", " wx 开头的 18 个字符，在公众平台“开发接口管理”里看"),
    "SECRET": ("[A-Za-z0-9]{32}", " 32 个字母或数字"),
    "AES_KEY": ("[A-Za-z0-9]{43}", " 43 个字母或数字，就是公众平台“服务器配置”里的 EncodingAESKey"),
}


def _wechat_api() -> str:
    """Tokens and what residents are told go there: never unencrypted, except on this machine."""
    given = os.environ.get("HUIMIN_WECHAT_API", "").strip().rstrip("/") or WECHAT_API
    here = urlsplit(given).hostname in {"127.0.0.1", "::1", "localhost"} if _is_base_address(given) else False
    if not (here or (_is_base_address(given) and given.startswith("https://"))):
        raise BadSetting(f"HUIMIN_WECHAT_API 应当是 {WECHAT_API} 这样以 https:// 开头的地址，现在是 {given}")
    return given


@dataclass(frozen=True)
class Settings:
    """The gateway's settings. Times in seconds."""

    host: str
    port: int
    public_url: str | None
    region: str | None
    rate_limit: int
    trusted_proxies: frozenset[str]
    allowed_origins: frozenset[str]
    rasa_urls: tuple[str, ...]
    rasa_secret: str
    first_word_after: float = 8.0
    give_up_after: float = 600.0
    unclaimed_after: float = 1800.0
    silent_after: float = 1800.0
    notify_webhook: str | None = field(default=None, repr=False)
    notify_secret: str | None = field(default=None, repr=False)
    notify_style: str | None = None  # None: by the address
    stop_timeout: float = 20.0
    metrics_allow: tuple[Network, ...] = ()
    log_level: str = "INFO"
    log_format: str | None = None  # None: text on a terminal, else JSON
    streams: int = 500
    streams_per_conversation: int = 4
    redis_url: str | None = None
    rasa_processes: int = 1
    idle_minutes: int = 30
    audit_days: int = 730
    wechat: WechatSettings | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises :class:`BadSetting`."""
        _check_office_hours()
        return cls(
            host=os.environ.get("HUIMIN_HOST", "127.0.0.1"),
            port=_number("HUIMIN_PORT", 8080, 1, 65535),
            public_url=os.environ.get("HUIMIN_PUBLIC_URL"),
            region=os.environ.get("HUIMIN_REGION") or None,
            rate_limit=_number("HUIMIN_RATE_LIMIT", 30, 0, 1_000_000),
            trusted_proxies=_names("HUIMIN_TRUSTED_PROXIES"),
            allowed_origins=_names("HUIMIN_ALLOWED_ORIGINS"),
            notify_webhook=_webhook(),
            notify_secret=os.environ.get("HUIMIN_NOTIFY_SECRET", "").strip() or None,
            notify_style=_one_of("HUIMIN_NOTIFY_STYLE", NOTIFY_STYLES),
            silent_after=60.0 * _number("HUIMIN_STAFF_SILENCE", 30, 1, 10_000),
            stop_timeout=_number("HUIMIN_STOP_TIMEOUT", 20, 0, 600),
            metrics_allow=_networks("HUIMIN_METRICS_ALLOW"),
            log_level=_one_of("HUIMIN_LOG_LEVEL", LOG_LEVELS) or "INFO",
            log_format=_one_of("HUIMIN_LOG_FORMAT", ("json", "text")),
            streams=_number("HUIMIN_STREAMS", 500, 0, 100_000),
            streams_per_conversation=_number("HUIMIN_STREAMS_PER_CONVERSATION", 4, 1, 100),
            redis_url=_redis_url(),
            rasa_urls=_rasa_urls(),
            rasa_processes=_number("HUIMIN_RASA_PROCESSES", 1, 1, MOST_RASA_PROCESSES),
            idle_minutes=_number("HUIMIN_IDLE_MINUTES", 30, 1, 720),
            audit_days=_number("HUIMIN_AUDIT_DAYS", 730, 1, 36_500),
            wechat=_wechat(),
            rasa_secret=os.environ.get("HUIMIN_RASA_SECRET", ""),
        )
