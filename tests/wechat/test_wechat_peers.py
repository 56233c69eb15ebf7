"""Two libraries that others wrote for the platform, and that are used with it every day, beside ours: each reads what the other makes."""

from __future__ import annotations

import base64
import string
import time
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner
from werobot.crypto import MessageCrypt
from werobot.crypto import PrpCrypto as WeRoBotCrypto
from werobot.utils import get_signature

from bot.gateway.wechat.crypto import Cipher, signature
from bot.gateway.wechat.envelope import Envelope

TOKEN, APPID, KEY = "a-token", "wx0123456789abcdef", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
MESSAGE = (
    "<xml><ToUserName>gh_account</ToUserName><FromUserName>oResident</FromUserName><CreateTime>1790000000</CreateTime>"
    "<MsgType>text</MsgType><Content>低保</Content><MsgId>1</MsgId></xml>"
)


def read(body: str) -> dict[str, str]:
    return {element.tag: element.text for element in ET.fromstring(body)}


class TestEncryption:
    @given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=500))
    def test_wechatpy_reads_what_we_encrypt_and_we_read_what_it_encrypts(self, text: str):
        key = base64.b64decode(KEY + "=")
        assert PrpCrypto(key).decrypt(Cipher(KEY, APPID).encrypt(text), APPID) == text
        assert Cipher(KEY, APPID).decrypt(PrpCrypto(key).encrypt(text, APPID).decode()) == text

    @given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=500))
    def test_werobot_reads_what_we_encrypt_and_we_read_what_it_encrypts(self, text: str):
        key = base64.b64decode(KEY + "=")
        assert WeRoBotCrypto(key).decrypt(Cipher(KEY, APPID).encrypt(text), APPID).decode() == text
        assert Cipher(KEY, APPID).decrypt(WeRoBotCrypto(key).encrypt(text, APPID).decode()) == text

    @given(st.lists(st.text(string.ascii_letters + string.digits, max_size=30), min_size=3, max_size=3))
    def test_both_sign_as_we_do(self, given: list[str]):
        signer = WeChatSigner()
        signer.add_data(*given)
        assert signer.signature == get_signature(*given) == signature(*given)


class TestMessages:
    def test_wechatpy(self):
        peer, now = WeChatCrypto(TOKEN, KEY, APPID), int(time.time())
        theirs = read(peer.encrypt_message(MESSAGE, "n", str(now)))
        of = Envelope(TOKEN, APPID, KEY, "safe")
        query = {"timestamp": theirs["TimeStamp"], "nonce": theirs["Nonce"], "msg_signature": theirs["MsgSignature"]}
        opened = of.open(query, f"<xml><Encrypt>{theirs['Encrypt']}</Encrypt></xml>".encode())
        assert opened.inbound.text == "低保"
        ours = of.close(opened, "您好👋")
        said = read(ours)
        got = parse_message(peer.decrypt_message(ours, said["MsgSignature"], said["TimeStamp"], said["Nonce"]))
        assert (got.content, got.target, got.source) == ("您好👋", "oResident", "gh_account")

    def test_werobot(self):
        peer, now = MessageCrypt(TOKEN, KEY, APPID), str(int(time.time()))
        theirs = read(peer.encrypt_message(MESSAGE, now, "n"))
        of = Envelope(TOKEN, APPID, KEY, "safe")
        query = {"timestamp": theirs["TimeStamp"], "nonce": theirs["Nonce"], "msg_signature": theirs["MsgSignature"]}
        opened = of.open(query, f"<xml><Encrypt>{theirs['Encrypt']}</Encrypt></xml>".encode())
        assert opened.inbound.text == "低保"
        said = read(of.close(opened, "您好"))
        got = peer.decrypt_message(said["TimeStamp"], said["Nonce"], said["MsgSignature"], said["Encrypt"])
        assert read(got.decode())["Content"] == "您好"
