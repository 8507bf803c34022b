"""What is written to a file before anything of it is run or sent: noted, with the file.

Spec: none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evenhand.code.api import PERSONAL
from evenhand.code.index import Call
from evenhand.code.kept import Held
from evenhand.code.look import Look
from evenhand.code.sensitive import of_path
from evenhand.code.syntax import Shape, shape_of
from evenhand.code.value import NOTHING, Tag, Value, union

if TYPE_CHECKING:
    from tree_sitter import Node

ONTO = frozenset(
    ("write", "writelines", "write_text", "write_bytes", "end", "write_all")
)  # on a file or path
ARCHIVES = re.compile(r"zipfile\.ZipFile|tarfile\.")
DOWNLOADS = frozenset(("urlretrieve", "urllib.request.urlretrieve", "wget.download"))
BROUGHT = ("net", "socket", "decoded")


def note(look: Look, call: Call, role: str) -> None:
    """Remember what a file holds from here on."""
    shape = shape_of(call.node, look.index.source)
    content, place = _parts(look, call, shape, role)
    if place is None:
        return
    told = look.flow.value(place)
    line = look.flow.line(call.node)
    tag = content.having(*BROUGHT)
    if tag is not None and not _connection(look, told):
        look.kept.keep(place, told, Held(tag, line, call.inside))
    own = _private(content)
    packed = bool(ARCHIVES.match(told.ref or ""))  # it has the names of what was put into it
    if own is not None and (packed or not any(map(of_path, told.texts))):
        look.flow.private.keep(place, told, Held(own, line, call.inside))


def note_pictures(look: Look) -> None:
    """Remember pictures of the screen that are saved to a file."""
    for name in ("save", "shot", "screenshot", "grab"):
        for call in look.index.called.get(name, ())[:8]:
            look.flow.begin()
            shape = shape_of(call.node, look.index.source)
            tag = look.flow.value(call.node).having("screen")
            for _, node in shape.b[:2] if tag else ():
                told = look.flow.value(node)
                if tag is not None and told.texts:
                    held = Held(tag, look.flow.line(call.node), call.inside)
                    look.flow.private.keep(node, told, held)


def _connection(look: Look, place: Value) -> bool:
    """True where what is written to is no file."""
    made = (place.ref or "").removesuffix("()")
    return look.api.role(made) in ("net", "listen")


def _private(content: Value) -> Tag | None:
    return next((t for t in content.tags if PERSONAL.get(t.kind, 0) > 0.5), None)


def _parts(look: Look, call: Call, shape: Shape, role: str) -> tuple[Value, Node | Shape | None]:
    """What is written, and the node of the place where."""
    nodes = [n for _, n in shape.b]
    callee = shape_of(shape.a, look.index.source) if shape.a is not None else None
    owner = callee.a if callee is not None and callee.kind == "member" else None
    name = callee.b if callee is not None and callee.kind == "member" else ""
    if role == "pipe":  # x.pipe(a file opened to be written), pipeline(x, …, the file)
        if name == "pipeline" or owner is None:
            nodes = [n for n in nodes if look.index.functions.get(n.id) is None]
            return (look.flow.value(nodes[0]), nodes[-1]) if len(nodes) > 1 else (NOTHING, None)
        return look.flow.value(owner), nodes[0] if nodes else None
    if role == "net":
        ref = look.ref(call)
        known = ref in DOWNLOADS or ref.endswith(".urlretrieve")
        if not known or len(nodes) < 2:
            return NOTHING, None
        return look.flow.value(call.node), nodes[1]
    if role == "copy":
        if len(nodes) < 2:
            return NOTHING, None
        content = look.flow.value(nodes[0])
        opened = [Tag(k, w, ((look.flow.line(call.node), f"copies {w}"),))
                  for k, w in filter(None, map(of_path, content.texts))]  # fmt: skip
        held = look.kept.at(nodes[:1], content, call.inside)
        more = (held.tag,) if held is not None else ()
        return content._replace(tags=(*more, *content.tags, *opened)), nodes[1]
    if (
        name in ("write", "add")
        and owner is not None
        and ARCHIVES.match(look.flow.value(owner).ref or "")
    ):
        content = look.flow.value(nodes[0]) if nodes else NOTHING
        put = [Tag(k, w, ((look.flow.line(call.node), f"packs {w}"),))
               for k, w in filter(None, map(of_path, content.texts))]  # fmt: skip
        return content._replace(tags=(*content.tags, *put)), owner
    if name in ONTO and owner is not None and not _module(look, owner):
        return union(look.flow.value(n) for n in nodes), owner
    return union(look.flow.value(n) for n in nodes[1:]), nodes[0] if nodes else None


def _module(look: Look, node: Node | Shape) -> bool:
    """True for `fs` of `fs.write(…)`: a library, not a file."""
    ref = look.flow.ref(node) or ""
    return ref.partition(".")[0].partition("/")[0] in (
        "fs", "fs-extra", "graceful-fs", "os", "File", "std",
    )  # fmt: skip
