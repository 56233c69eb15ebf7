"""What the platform posts, opened: in each mode, signed and encrypted, forged in every way; and what it is answered."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.wechat.crypto import Cipher, signature
from bot.gateway.wechat.envelope import WINDOW, Envelope, Forged
from bot.gateway.wechat.inbound import Malformed, parse

TOKEN, APPID, KEY = "a-token", "wx0123456789abcdef", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
NOW = 1_790_000_000


def envelope(mode: str, key: str | None = KEY, now: float = NOW) -> Envelope:
    return Envelope(TOKEN, APPID, None if mode == "plain" else key, mode, clock=lambda: now)


def read(body: str) -> dict[str, str]:
    return {element.tag: element.text for element in ET.fromstring(body)}


def message(**fields: str) -> str:
    said = {"ToUserName": "gh_account", "FromUserName": "oResident", "CreateTime": str(NOW), "MsgType": "text", "Content": "低保", "MsgId": "1"}
    return "<xml>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in (said | fields).items() if v is not None) + "</xml>"


def plain_query(at: int = NOW, token: str = TOKEN) -> dict[str, str]:
    return {"signature": signature(token, str(at), "n"), "timestamp": str(at), "nonce": "n"}


def sealed(xml: str, at: int = NOW, appid: str = APPID, to: str = "gh_account", clear: str = "") -> tuple[dict[str, str], bytes]:
    inside = Cipher(KEY, appid).encrypt(xml)
    query = plain_query(at) | {"encrypt_type": "aes", "msg_signature": signature(TOKEN, str(at), "n", inside)}
    return query, f"<xml><ToUserName>{to}</ToUserName>{clear}<Encrypt><![CDATA[{inside}]]></Encrypt></xml>".encode()


class TestTheAddressIsVerified:
    @pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
    def test_what_was_asked_is_given_back(self, mode: str):
        assert envelope(mode).verify_url(plain_query() | {"echostr": "4711"}) == "4711"

    def test_an_encrypted_question_is_given_back_decrypted(self):
        echo = Cipher(KEY, APPID).encrypt("4711")
        query = {"timestamp": str(NOW), "nonce": "n", "echostr": echo, "msg_signature": signature(TOKEN, str(NOW), "n", echo)}
        assert envelope("safe").verify_url(query) == "4711"
        with pytest.raises(Forged):
            envelope("safe").verify_url(query | {"echostr": Cipher(KEY, APPID).encrypt("4712")})

    @pytest.mark.parametrize("query", [{}, {"echostr": "1"}, plain_query(token="other"), plain_query(NOW - WINDOW - 1), plain_query() | {"nonce": "m"}])
    def test_anybody_else_is_refused(self, query: dict[str, str]):
        with pytest.raises(Forged):
            envelope("plain").verify_url(query)


class TestAMessageIsOpened:
    def test_plain(self):
        opened = envelope("plain").open(plain_query(), message().encode())
        assert (opened.inbound.text, opened.inbound.openid, opened.encrypted) == ("低保", "oResident", False)

    @pytest.mark.parametrize("mode", ["compatible", "safe"])
    def test_encrypted(self, mode: str):
        opened = envelope(mode).open(*sealed(message()))
        assert (opened.inbound.text, opened.inbound.account, opened.encrypted) == ("低保", "gh_account", True)

    def test_in_compatible_mode_the_encrypted_half_counts(self):
        opened = envelope("compatible").open(*sealed(message(), clear="<Content>特困</Content><FromUserName>oOther</FromUserName>"))
        assert (opened.inbound.text, opened.inbound.openid) == ("低保", "oResident")

    def test_in_compatible_mode_a_plain_message_is_taken(self):
        assert not envelope("compatible").open(plain_query(), message().encode()).encrypted

    def test_in_plain_mode_the_clear_half_counts(self):
        query, body = sealed(message())
        body = body.replace(b"</xml>", message(Content="特困").removeprefix("<xml>").replace("<ToUserName><![CDATA[gh_account]]></ToUserName>", "").encode())
        assert envelope("plain").open(query, body).inbound.text == "特困"

    @pytest.mark.parametrize("off", [-WINDOW, WINDOW])
    def test_five_minutes_old_is_still_taken(self, off: int):
        assert envelope("safe").open(*sealed(message(), at=NOW + off)).inbound.text == "低保"

    def test_the_same_post_again_is_opened_again_with_the_same_key(self):
        query, body = sealed(message())
        assert envelope("safe").open(query, body) == envelope("safe", now=NOW + 15).open(query, body)


class TestForgedIsRefused:
    @pytest.mark.parametrize("off", [-WINDOW - 1, WINDOW + 1, -10**9])
    @pytest.mark.parametrize("mode", ["plain", "safe"])
    def test_more_than_five_minutes_away(self, mode: str, off: int):
        query, body = sealed(message(), at=NOW + off) if mode == "safe" else (plain_query(NOW + off), message().encode())
        with pytest.raises(Forged, match="timestamp"):
            envelope(mode).open(query, body)

    @pytest.mark.parametrize("moment", ["", "x", "1e9", "-1", "１７９", "9" * 400])
    def test_a_moment_that_is_none(self, moment: str):
        query = {"signature": signature(TOKEN, moment, "n"), "timestamp": moment, "nonce": "n"}
        with pytest.raises(Forged, match="timestamp"):
            envelope("plain").open(query, message().encode())

    @pytest.mark.parametrize("left_out", ["signature", "timestamp", "nonce"])
    def test_a_part_left_out(self, left_out: str):
        query = {k: v for k, v in plain_query().items() if k != left_out}
        with pytest.raises(Forged, match="signature"):
            envelope("plain").open(query, message().encode())

    def test_a_plain_message_in_safe_mode(self):
        with pytest.raises(Forged, match="not encrypted"):
            envelope("safe").open(plain_query(), message().encode())

    def test_the_signature_of_the_moment_alone_does_not_do_for_an_encrypted_message(self):
        query, body = sealed(message())
        with pytest.raises(Forged, match="msg_signature"):
            envelope("safe").open(query | {"msg_signature": query["signature"]}, body)

    @given(st.data())
    def test_one_altered_byte_of_an_encrypted_message(self, data: st.DataObject):
        query, body = sealed(message())
        begin, end = body.index(b"<Encrypt><![CDATA[") + 18, body.index(b"]]></Encrypt>")
        at = data.draw(st.integers(begin, end - 1))
        put = data.draw(st.sampled_from(b"ABCxyz019+/").filter(lambda b: b != body[at]))
        with pytest.raises(Forged):
            envelope("safe").open(query, body[:at] + bytes([put]) + body[at + 1 :])

    def test_for_another_account(self):
        with pytest.raises(Forged, match="encryption"):
            envelope("safe").open(*sealed(message(), appid="wxffffffffffffffff"))
        with pytest.raises(Forged, match="account"):
            envelope("safe").open(*sealed(message(), to="gh_other"))

    @pytest.mark.parametrize(
        "body", [b"", b"<xml>", b"\xff\xfe", b"{}", b"<xml></xml>", message(FromUserName="").encode(), message(CreateTime="now").encode(), b"<xml>" * 5000,
                 message(FromUserName="a b").encode(), '<!DOCTYPE x [<!ENTITY a "低保">]><xml><Content>&a;</Content></xml>'.encode(),
                 b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>'],
    )
    def test_what_is_no_message(self, body: bytes):
        with pytest.raises(Forged, match="malformed"):
            envelope("plain").open(plain_query(), body)

    @given(st.binary(max_size=300))
    def test_any_bytes_raise_nothing_else(self, body: bytes):
        with pytest.raises(Forged):
            envelope("plain").open(plain_query(), body)

    @given(st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"]), st.text(max_size=50)))
    def test_any_query_raises_nothing_else(self, query: dict[str, str]):
        with pytest.raises(Forged):
            envelope("safe").open(query, sealed(message())[1])

    def test_what_is_wrong_names_nobody(self):
        with pytest.raises(Forged) as refused:
            envelope("safe").open(*sealed(message(), to="gh_other"))
        assert "oResident" not in repr(refused.value) + str(refused.value)
        assert "oResident" not in repr(envelope("plain").open(plain_query(), message(MsgType="event", Event="CLICK", EventKey="k").encode()))

    def test_safe_mode_needs_a_key(self):
        for mode in ("safe", "compatible", "other"):
            with pytest.raises(ValueError):  # noqa: PT011
                Envelope(TOKEN, APPID, None, mode)


class TestTheAnswer:
    @given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300))
    def test_goes_back_to_who_wrote_with_the_text_as_it_is(self, text: str):
        text = text.replace("\ufffe", "").replace("\uffff", "")
        of = envelope("plain")
        said = read(of.close(of.open(plain_query(), message().encode()), text))
        assert said == {"ToUserName": "oResident", "FromUserName": "gh_account", "CreateTime": str(NOW), "MsgType": "text", "Content": text or None}

    @pytest.mark.parametrize("text", ["]]>", "]]]]>>", "<a href='x'>低保</a> & 特困", "一\n二", "]]><ToUserName>oOther</ToUserName><![CDATA["])
    def test_marks_of_xml_stay_text(self, text: str):
        of = envelope("plain")
        assert read(of.close(of.open(plain_query(), message().encode()), text))["Content"] == text

    def test_what_xml_cannot_hold_is_left_out(self):
        of = envelope("plain")
        assert read(of.close(of.open(plain_query(), message().encode()), "低\x00\x0b\ud800\ufffe保"))["Content"] == "低保"

    def test_to_an_encrypted_message_is_encrypted_and_signed(self):
        of = envelope("safe")
        said = read(of.close(of.open(*sealed(message())), "您好"))
        assert said["MsgSignature"] == signature(TOKEN, said["TimeStamp"], said["Nonce"], said["Encrypt"])
        assert read(Cipher(KEY, APPID).decrypt(said["Encrypt"]))["Content"] == "您好"

    def test_is_clear_to_a_plain_message_in_compatible_mode(self):
        of = envelope("compatible")
        assert read(of.close(of.open(plain_query(), message().encode()), "您好"))["Content"] == "您好"


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("fields", "kind", "text"),
        [
            ({"MsgType": "text", "Content": " 低保\n多少 "}, "text", "低保\n多少"),
            ({"MsgType": "voice", "MediaId": "m", "Recognition": "低保多少"}, "voice", "低保多少"),
            ({"MsgType": "voice", "MediaId": "m"}, "voice", None),
            ({"MsgType": "voice", "MediaId": "m", "Recognition": ""}, "voice", None),
            ({"MsgType": "image", "PicUrl": "u", "MediaId": "m"}, "image", None),
            ({"MsgType": "video", "MediaId": "m"}, "video", None),
            ({"MsgType": "shortvideo", "MediaId": "m"}, "video", None),
            ({"MsgType": "link", "Title": "t", "Url": "u"}, "link", None),
            ({"MsgType": "event", "Event": "subscribe"}, "subscribe", None),
            ({"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_12", "Ticket": "t"}, "subscribe", "12"),
            ({"MsgType": "event", "Event": "unsubscribe"}, "unsubscribe", None),
            ({"MsgType": "event", "Event": "SCAN", "EventKey": "12"}, "scan", "12"),
            ({"MsgType": "event", "Event": "CLICK", "EventKey": "human"}, "click", "human"),
            ({"MsgType": "event", "Event": "VIEW", "EventKey": "https://x"}, "view", "https://x"),
            ({"MsgType": "event", "Event": "LOCATION", "Latitude": "1", "Longitude": "2"}, "other", None),
            ({"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH"}, "other", None),
            ({"MsgType": "music"}, "other", None),
        ],
    )
    def test_by_its_kind(self, fields: dict[str, str], kind: str, text: str | None):
        said = parse(message(Content=fields.pop("Content", ""), **fields))
        assert (said.kind, said.text) == (kind, text)

    def test_a_place_has_coordinates_and_an_address(self):
        said = parse(message(MsgType="location", Location_X="23.07", Location_Y="112.03", Scale="15", Label="广东省云浮市云安区六都镇"))
        assert (said.kind, said.latitude, said.longitude, said.label) == ("location", 23.07, 112.03, "广东省云浮市云安区六都镇")

    @pytest.mark.parametrize("at", [("nan", "1"), ("91", "1"), ("1", "181"), ("x", "1"), (None, "1"), ("1e999", "0")])
    def test_what_is_no_place_on_earth_has_no_coordinates(self, at: tuple[str | None, str]):
        said = parse(message(MsgType="location", Location_X=at[0], Location_Y=at[1], Label=""))
        assert (said.latitude, said.longitude, said.label) == (None, None, None)

    def test_a_message_is_known_again_by_its_number_and_an_event_by_who_when_and_what(self):
        assert parse(message(MsgId="7")).key == parse(message(MsgId="7", Content="x", CreateTime="1")).key
        event = {"MsgType": "event", "Event": "CLICK", "EventKey": "a", "MsgId": None}
        keys = [parse(message(**event | more)).key for more in ({}, {"CreateTime": "2"}, {"EventKey": "b"}, {"Event": "SCAN"}, {"FromUserName": "oB"})]
        assert len(set(keys)) == 5
        assert parse(message(**event)).key == keys[0]

    def test_a_message_that_is_none_is_malformed(self):
        with pytest.raises(Malformed):
            parse("<xml><a/></xml>")
