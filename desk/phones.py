"""A phone number as people write it: which one it is, and whether somebody can be called back on it. Pure."""

from __future__ import annotations

import unicodedata

import phonenumbers
import regex
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

LONGEST = 60
_UNSEEN = regex.compile(r"[\p{Cf}\p{Mn}]+")
_NUMBER = regex.compile(r"[+(]{0,2}\d[\d\s()\p{Pd}.·]*")
_EXTENSION = regex.compile(
    r"(?P<number>.+?)(?:[\s,]*(?:转接?|轉接?|分机号?|分機號?|内线|內線|ext\.?|x|#)[\s:]*|(?<=\d{7})\p{Pd}+)(?P<extension>\d{1,6})",
    regex.IGNORECASE,
)
_KINDS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_CHINA = 86


class BadPhone(ValueError):
    """Not a number to call back on. ``reason``: words, area_code, abroad, service, number."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def read_phone(given: str) -> str:
    """A mobile or landline number of mainland China as it is written there: 138 1234 5678, 0766 863 1234 转 801.

    Raises :class:`BadPhone`.
    """
    line = _UNSEEN.sub("", unicodedata.normalize("NFKC", given)).strip()
    if len(line) > LONGEST:
        raise BadPhone("number")
    number, extension = _number(line), None
    if number is None or not phonenumbers.is_valid_number(number):
        found = _EXTENSION.fullmatch(line)
        if found:
            number, extension = _number(found["number"]), found["extension"]
    if number is None:
        raise BadPhone("words" if regex.search(r"\p{L}", line) else "number")
    if number.country_code != _CHINA:
        raise BadPhone("abroad")
    if regex.fullmatch(r"[2-8]\d{6,7}", str(number.national_number)):  # some of these the library takes for whole ones
        raise BadPhone("area_code")
    if not phonenumbers.is_valid_number(number):
        raise BadPhone("number")
    if phonenumbers.number_type(number) not in _KINDS:
        raise BadPhone("service")
    shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return f"{shown} 转 {extension}" if extension else shown


def last_digits(phone: str) -> str:
    """The last four digits of a number that :func:`read_phone` gave, the extension left out."""
    return "".join(c for c in phone.partition("转")[0] if c.isdigit())[-4:]


def _number(line: str) -> PhoneNumber | None:
    if not _NUMBER.fullmatch(line):
        return None
    try:
        return phonenumbers.parse(line, "CN")
    except phonenumbers.NumberParseException:
        return None
