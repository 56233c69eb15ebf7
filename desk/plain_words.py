"""Whether a resident's words may leave the desk store: into tests, training data, a report. Pure."""

from __future__ import annotations

import regex

# What masking leaves where something stood that identifies a person.
_MASKED = regex.compile("〔[^〕]{1,8}〕")
# Masking knows numbers. Names and addresses it cannot know; words that come before or after one give it away.
_NAMED = regex.compile(
    r"(?:我|他|她|俺|本人|名字|姓名|名)(?:是)?(?:叫|姓)(?!什么|啥|么|做|不|你|我|他)\p{Han}{1,4}|姓名[是为:：]|"
    r"\p{Han}(?:大爷|大妈|大娘|婆婆|阿姨|叔叔|先生|女士|师傅|老师|主任|书记)(?=[，,。的家住今])"
)
_LIVES_AT = regex.compile(
    r"[\d〇零一二三四五六七八九十百]+(?:号楼|幢|栋|单元|门牌|室)|\p{Han}{2,}(?:路|街|巷|弄)\d+号|\d+号(?:院|附)"
)


def is_masked(text: str) -> bool:
    """Whether something that identifies a person stood in it."""
    return _MASKED.search(text) is not None


def may_name(text: str) -> bool:
    """Whether it looks as if a person or a home were named in it."""
    return bool(_NAMED.search(text) or _LIVES_AT.search(text))


def tells_nobody(text: str) -> bool:
    """Whether nothing in it is known, or looks, to identify somebody."""
    return not (is_masked(text) or may_name(text))
