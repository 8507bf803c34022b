"""Manuals and other papers of a product: which options, words and ports they name.

Man pages, completions of shells, units, settings and their examples, READMEs, news and changelogs.
What a program takes and none of them names is told by an enrichment (`undocumented`).

Spec: man-pages(7), groff_man(7), mdoc(7); bash(1), zshcompsys(1), fish(1) (completions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.document_name import DocumentName
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {
    "names": (
        "*.[1-8]",
        "*.[1-8][a-y]*",
        "*.[1-68]z*",  # and no archive of 7-Zip
        "*.n",
        "README*",
        "INSTALL*",
        "NEWS*",
        "[Cc]hange[Ll]og*",
        "CHANGE*",
        "CHANGES*",
        "*.md",
        "*.rst",
        "*.adoc",
        "*.asciidoc",
        "*.asc",
        "*.txt",
        "*.pod",
        "*.texi",
        "*.texinfo",
        "*.info",
        "*.html",
        "*.xhtml",
        "*.conf",
        "*.cfg",
        "*.ini",
        "*.conf.example",
        "*.example",
        "*.sample",
        "*.service",
        "*.socket",
        "*.fish",
        "completions/*",
        "bash_completion.d/*",
        "site-functions/*",
        "vendor-completions/*",
        "etc/default/*",
    ),
}
EMITS = ("document_name",)
CANNOT_SEE = {
    "document_name": (
        "what is said in pictures, or by a document that stands elsewhere; whether what is named "
        "is said rightly"
    )
}

READ_BYTES = 2 << 20
UNITS = (".service", ".socket")
SETTINGS = (".conf", ".cfg", ".ini", ".example", ".sample")
SHELLS = re.compile(
    r"(?:completions|bash_completion\.d|site-functions|vendor-completions)/[^/]+$|\.fish$"
)
PAGE = re.compile(r"(.+)\.(?:[1-8](?:[a-z]\w*)?|n)$")
TAGS = re.compile(r"<(?:b|code|tt|kbd|dt|strong|samp|var)\b[^>]*>(?:<[^>]*>)*([^<]{1,200})", re.I)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a row for the options, one for the words and one for the ports of a document."""
    from evenhand.manual import names

    with artefact.open() as stream:
        raw = stream.read(READ_BYTES + 1)
    if b"\0" in raw:
        raise NotThisFormat("holds NUL bytes: no document in plain text")
    source, about, text = _kind(artefact.name, raw[:READ_BYTES].decode("utf-8", "replace"))
    found = names.of(text, source == "completion")
    for kind, some in (("option", found.options), ("word", found.words), ("port", found.ports)):
        if some:
            yield DocumentName(artefact.name, source, kind, some, about or None)
    if len(raw) > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)


def _kind(path: str, text: str) -> tuple[str, str, str]:
    """What a document is, the program that it is about, and its text without markup."""
    from evenhand.manual import roff

    name = path.rpartition("/")[2]
    page = PAGE.match(name)
    if page is not None and roff.is_page(text):
        return "man page", page[1], roff.plain(text)
    if SHELLS.search(path):
        return "completion", re.sub(r"^_|\.(?:fish|bash|zsh)$", "", name), text
    if name.endswith(UNITS):
        return "unit", "", text
    if name.endswith(SETTINGS) or "etc/default/" in path:
        return "settings", "", text
    if name.endswith("html"):
        import html

        marked = TAGS.sub(rf"{roff.BOLD}\1{roff.PLAIN}", text)
        return "document", "", html.unescape(re.sub(r"<[^>]{0,500}>", " ", marked))
    return "document", "", text
