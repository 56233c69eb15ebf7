"""A web page as a small tree with how much text each part holds; built without recursion, pages nest deeply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNSEEN_TAGS = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "embed", "canvas"})


@dataclass(eq=False)
class Element:
    """One element. ``length`` counts the visible characters below it, ``linked`` those of them in links."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)
    length: int = 0
    linked: int = 0

    def elements(self) -> Iterator[Element]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(c for c in reversed(here.children) if isinstance(c, Element))

    def text(self, limit: int | None = None) -> str:
        """All text below, scripts left out; with a ``limit``, the beginning, not much longer."""
        parts: list[str] = []
        stack: list[Element | str] = [self]
        while stack and (limit is None or limit > 0):
            here = stack.pop()
            if isinstance(here, str):
                parts.append(here)
                limit = None if limit is None else limit - len(here.strip())
            elif here.tag not in UNSEEN_TAGS:
                if here.tag not in INLINE_TAGS:
                    parts.append(" ")
                stack.extend(reversed(here.children))
        return "".join(parts)

    def own_text(self) -> str:
        """The text directly in it."""
        return "".join(c for c in self.children if isinstance(c, str))

    def names(self) -> list[str]:
        """Its id and class names."""
        return [n for n in (self.attributes.get("id", ""), *self.attributes.get("class", "").split()) if n]

    def ancestors(self) -> Iterator[Element]:
        """This element and all it is in, innermost first."""
        here: Element | None = self
        while here is not None:
            yield here
            here = here.parent


INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr img input output o:p st1:chsdate st1:personname".split()
)


def parse(markup: str) -> Element:
    """The page's <html> element."""
    root = LexborHTMLParser(markup).root
    top = Element("html", {})
    if root is None:
        return top
    order: list[Element] = [top]
    stack: list[tuple[LexborNode, Element]] = [(child, top) for child in reversed(list(root.iter(include_text=True)))]
    while stack:
        node, parent = stack.pop()
        if node.is_text_node:
            parent.children.append(node.text_content or "")
        elif node.is_element_node:
            attributes = {k.lower(): v or "" for k, v in node.attributes.items()}
            here = Element((node.tag or "").lower(), attributes, parent)
            parent.children.append(here)
            order.append(here)
            stack.extend((child, here) for child in reversed(list(node.iter(include_text=True))))
    for here in reversed(order):
        own = sum(len("".join(c.split())) for c in here.children if isinstance(c, str))
        below = [c for c in here.children if isinstance(c, Element)]
        if here.tag not in UNSEEN_TAGS and here.tag != "head":
            here.length = own + sum(c.length for c in below)
            here.linked = here.length if here.tag == "a" else sum(c.linked for c in below)
    return top
