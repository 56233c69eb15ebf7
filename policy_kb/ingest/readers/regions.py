"""Which part of a web page is the document, and why the rest is not."""

from __future__ import annotations

import re

from policy_kb.ingest.readers.tree import UNSEEN_TAGS, Element

SCRIPT = "脚本样式"
HIDDEN = "隐藏内容"
NAVIGATION = "网页导航"
FORM = "网页表单"
OUTSIDE = "正文以外"
STRUCK = "删去的文字"

# Where the publishing systems of Chinese government sites, universities and WeChat put an article's text.
_CONTENT_NAMES = frozenset(
    "ucap-content js_content zoom trs_editor trs_ueditor pages_content v_news_content vsb_content wp_articlecontent "
    "article-content article_content articlecontent content_article xxgk_content zwxl-article detail-content detail_content "
    "detailcontent news_content news-content newscontent con_text bt-content mainbody maincontent main-content main_content "
    "articlebody article-body post-content entry-content rich_media_content view-content nr-content zw_content".split()
)
_PLAIN_NAMES = frozenset("article content conten artical detail zhengwen text".split())
_ASIDE_NAMES = re.compile(
    r"(?:^|[-_])(?:nav|navbar|menu|breadcrumbs?|crumbs?|position|location|weizhi|sidebar|side|footer|foot|copyright|share|bdshare\w*|"
    r"toolbar|pagination|pager|related|recommend|hot|links?|friendlink|banner|topbar|search|login|comments?)(?:$|[-_\d])",
    re.I,
)
_BLOCKS_OF_TEXT = frozenset({"p", "ul", "ol", "pre", "h1", "h2", "blockquote"})
_CONTROLS = frozenset({"select", "option", "button", "textarea", "input", "datalist"})
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_ENOUGH = 0.5  # of the page's unlinked text: a container with less is a stub, or one of several
_ENOUGH_IF_KNOWN = 0.25  # the same for a name that means nothing but an article's text
_NEARLY_ALL = 0.8  # of the widest container's text: the narrowest with as much is the article
_BESIDE = 0.3  # of the main region's text: something named “sidebar” with more is the page itself
_MOST = 0.7  # of the text of a container: with more in one child, the child is the container


def body_of(page: Element) -> Element:
    """The <body>, or the page where there is none."""
    return next((e for e in page.elements() if e.tag == "body"), page)


class MainRegion:
    """The element that holds the document, and which elements are around it and in it."""

    def __init__(self, element: Element) -> None:
        self.element = element
        # the page itself says that this is the article: then nothing beside the article is in it
        self.named = _known_container(element) or _article(element) or _plain_container(element)
        self._around = {id(e) for e in element.ancestors()}
        self._inside = {id(e) for e in element.elements()}

    def is_in(self, element: Element) -> bool:
        """Whether the region is this element or in it."""
        return id(element) in self._around

    def holds(self, element: Element) -> bool:
        """Whether the element is the region or in it."""
        return id(element) in self._inside


def main_region(body: Element) -> MainRegion:
    """Where the document is: a known content container, <article>, <main>, else where the text is densest."""
    return MainRegion(_main_element(body))


def _main_element(body: Element) -> Element:
    total = _weight(body)
    elements = [e for e in body.elements() if e is not body and _weight(e) and e.tag not in ("form", "table", "tbody", "tr")]
    for fits, enough in ((_known_container, _ENOUGH_IF_KNOWN), (_article, _ENOUGH), (_plain_container, _ENOUGH)):
        candidates = [e for e in elements if fits(e) and _weight(e) >= enough * total]
        if candidates:
            most = max(_weight(e) for e in candidates)
            return min((e for e in candidates if _weight(e) >= _NEARLY_ALL * most), key=_weight)
    return _densest(body)


def left_out(element: Element, main: MainRegion) -> str | None:
    """Why this element is not part of the document, or None; looks at the element alone, not at what it is in."""
    if element.tag in UNSEEN_TAGS:
        return SCRIPT
    if element.tag in ("del", "s", "strike"):
        return STRUCK
    if _hidden(element):
        return HIDDEN
    if element.tag in _CONTROLS:
        return FORM
    if main.is_in(element):
        return None  # an old page puts everything in one form or table
    inside = main.holds(element)
    if element.tag in ("nav", "footer", "aside", "menu") or element.attributes.get("role") in ("navigation", "search", "banner"):
        return NAVIGATION
    if element.tag == "header" and not (inside and main.named):
        return NAVIGATION
    if element.tag == "form" and element.length < _ENOUGH * main.element.length:
        return FORM
    beside = inside and not main.named and element.length < _BESIDE * main.element.length
    if beside and any(_ASIDE_NAMES.search(n) for n in element.names()):
        return NAVIGATION
    return None


def _weight(element: Element) -> int:
    return element.length - element.linked


def _known_container(element: Element) -> bool:
    return any(n.lower() in _CONTENT_NAMES for n in element.names())


def _article(element: Element) -> bool:
    return element.tag in ("article", "main") or element.attributes.get("role") in ("main", "article")


def _plain_container(element: Element) -> bool:
    return any(n.lower() in _PLAIN_NAMES for n in element.names())


def _densest(body: Element) -> Element:
    here = body
    while True:
        children = [c for c in here.children if isinstance(c, Element)]
        heavy = max(children, key=_weight, default=None)
        if heavy is None or heavy.tag in _BLOCKS_OF_TEXT or _weight(heavy) < _MOST * _weight(here):
            break
        here = heavy
    while here.tag in ("tr", "tbody", "thead", "table", "span", "font", "b", "strong") and here.parent and here is not body:
        here = here.parent
    return here


def _hidden(element: Element) -> bool:
    if "hidden" in element.attributes:
        return True
    if element.attributes.get("id") == "js_content":
        return False  # WeChat hides an article until its script has run
    return bool(_HIDDEN_STYLE.search(element.attributes.get("style", "")))
