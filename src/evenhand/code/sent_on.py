"""What people keep to themselves, sent to a host or an address that is written out (PHP and Lua).

Accounts with their passwords, what a log-in was handed, cards, keys of the site, what proves who a
visitor is, messages of others: each by the names that frameworks give them. That a fixed host is
told something says little; which of these it is told, is what is asked.

Spec: documentation of the frameworks named in `frameworks`; XEP-0297; RFC 5322 (Bcc).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.branch import constant
from evenhand.code.brought import leaf
from evenhand.code.carried import arguments, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.spoken import event_of, text_of, way_of
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call
    from evenhand.code.look import Look

SENDS = (
    "request", "requestAsync", "post", "postAsync", "put", "get", "send", "sendAsync",
    "request_uri",
    "wp_remote_post", "wp_remote_get", "wp_remote_request", "wp_safe_remote_post", "withBody",
    "wp_safe_remote_get", "file_get_contents", "curl_setopt", "curl_setopt_array", "curl_init",
    "fopen", "fwrite", "fputs", "drupal_http_request", "httpRequest", "postJson", "asForm", "patch",
    "command_native", "command_native_async", "subprocess", "subprocess_detached", "execute",
    "popen",
    "jobstart", "system", "sendto", "httpPost", "makeRequest", "write", "mail", "wp_mail", "attach",
)  # fmt: skip
HOST = re.compile(
    r"(?:https?|wss?|tcp|ssl|tls|ftp)://(?!localhost|127\.|\[?::1)[\w*-]+(?:\.[\w*-]+)+"
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SECRET = re.compile(
    r"(?i)(?:get_?)?(?:user_?pass(?:word)?|pass(?:word)?_?hash|encoded_?password|password_hash|rp_token)"
)
PERSON = re.compile(
    r"(?i)(?:get_?)?(?:user_?e?mail|e?mail(?:_?address)?|user_?login|user_?name|account_?name|display_?name"
    r"|full_?name|phone\w*|roles|customer_?email)"
)
PASSWORD = re.compile(r"(?i)(?:get_?)?(?:pass|passw|passwd|password|plain_?password|pwd)")
CARD = re.compile(
    r"(?i)(?:get_?)?(?:cc_?(?:number\w*|cid\w*|num|cvv|exp\w*|last_?4)|card_?(?:number|cvc|cvv|no)|cvv2?|cvc|pan|iban)"
)
KEYS = re.compile(
    r"(?i)app\.key|APP_KEY|database(?:\.connections\S*)?|github-oauth|gitlab-token|http-basic|bearer|DB_PASSWORD"
    r"|(?:SECURE_|LOGGED_IN_|NONCE_)?AUTH_(?:KEY|SALT)|NONCE_SALT|services\.\w+\.(?:secret|key)|hash_salt|crypt/key"
    r"|mail\.(?:password|mailers\S*)|secret"
)
TOOLS = re.compile(r"github-oauth|gitlab-(?:token|oauth)|bitbucket-oauth|http-basic")
PROVES = re.compile(
    r"(?i)(?:http_)?(?:authorization|cookie|x[-_]api[-_]key|apikey|set-cookie|bearerToken)"
)
LISTS = re.compile(
    r"get_users|loadByProperties|loadMultiple|findAll|all|WP_User_Query|getList|getUsers|listUsers|getItems"
    r"|users|accounts|get_results|fetchAll\w*|cursor|chunk|lazy|each"
)
LOGGED_IN = re.compile(
    r"(?i)wp_authenticate\w*|authenticate|wp_login|login\w*|user_login\w*|after_password_reset|profile_update"
    r"|password_reset|check_password|onUser\w+|.*password.*|attempting|registered|user_register|before_login"
)
BCC = re.compile(r"(?i)\s*bcc\s*:\s*(?:[^<\n]*<)?([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
TEXTS = re.compile(r"(?:event\.)?(?:stanza|msg)(?:\.(?:tostring|get_child_text|get_text|tags))?")
FILMS = re.compile(r"mp\.get_property\w*")


def sent_on(look: Look) -> Iterator[Finding]:
    """Everything of this kind that one file sends."""
    for name in SENDS:
        for call in look.index.called.get(name, ())[:60]:
            inner = look.index.methods.get(name) if "$this" in _head(look, call) else None
            to = _to(look, call) if not inner else ""
            if not to:
                continue
            said, strength = _private(look, call)
            if said.startswith("messages") and not _first_names(look, call):
                continue
            if "of the tool" in said and arguments(look, call)[0].type == "variable_name":
                continue  # to wherever the tool was told to go
            own = re.search(r"\((\w+)-", said)
            if said and (own is None or own[1] not in to):
                found = made(look, call.node, "collects and sends", said, strength)
                yield found._replace(target=to[:60])
    yield from _copies(look)


def _head(look: Look, call: Call) -> str:
    return look.index.source.text(call.node)[:12]


def _to(look: Look, call: Call) -> str:
    """The host or address that a call sends to, where it is written out."""
    given = arguments(look, call)
    look.flow.begin(600)
    if call.name in ("mail", "wp_mail"):
        first = constant(look, given[0]) if given else None
        return first if isinstance(first, str) and MAIL.fullmatch(first) else ""
    texts = [t for node in given[:4] for t in look.flow.value(node).texts]
    found = next((m[0] for t in texts if (m := HOST.search(t))), "")
    if found or call.name not in ("curl_setopt", "curl_setopt_array", "fwrite", "fputs"):
        return found
    return _of_handle(look, given[0]) if given else ""


def _first_names(look: Look, call: Call) -> bool:
    """True where the first that a call is given is the address itself."""
    first = constant(look, arguments(look, call)[0])
    return isinstance(first, str) and HOST.match(first) is not None


def _of_handle(look: Look, handle: Node) -> str:
    """The host that a handle was opened for, or told."""
    here, name = look.index.inside(handle.start_byte), look.index.source.text(handle)
    told = [n for n in carried(look, handle, 2) if "call" in n.type]
    for one in look.index.called.get("curl_setopt", ())[:40]:
        given = arguments(look, one)
        if one.inside is here and given and look.index.source.text(given[0]) == name:
            told.append(one.node)
    for node in told:
        look.flow.begin(200)
        for _, part in shape_of(node, look.index.source).b:
            for text in look.flow.value(part).texts:
                match = HOST.search(text)
                if match is not None:
                    return match[0]
    return ""


def _private(look: Look, call: Call) -> tuple[str, float]:
    """What is private in what a call is given, and how plainly."""
    names, listed, best = set[str](), False, ("", 0.0)
    for argument in arguments(look, call):
        for node in carried(look, argument):
            found = _of_node(look, node, names)
            best = max(best, found, key=lambda f: f[1])
            listed = listed or _lists(look, node)
    secret = any(SECRET.fullmatch(n) for n in names)
    people = {n.lower() for n in names if PERSON.fullmatch(n)}
    if secret and (people or listed):
        best = max(best, ("accounts are sent with their passwords", 0.68), key=lambda f: f[1])
    elif (listed and len(people) > 1) or (listed and any(PASSWORD.fullmatch(n) for n in names)):
        best = max(best, ("accounts of many are sent", 0.58), key=lambda f: f[1])
    if any(CARD.fullmatch(n) for n in names):
        best = max(best, ("cards are sent", 0.62), key=lambda f: f[1])
    return best


def _of_node(look: Look, node: Node, names: set[str]) -> tuple[str, float]:
    """What one part is; names of members and items that it takes are noted."""
    if node.end_byte - node.start_byte > 300:
        return "", 0.0
    text = text_of(look, node)
    if TOOLS.fullmatch(text):
        return f"a key of the tool is sent ({text})", 0.58
    spoken = way_of(look, node)
    if spoken is None:
        return "", 0.0
    last = spoken.way.rpartition(".")[2]
    names.update((last, spoken.key))
    shape = shape_of(node, look.index.source)
    asks = shape.kind == "call" and re.search(r"(?i)config|env", spoken.way)
    if asks and KEYS.fullmatch(spoken.key):
        return f"a key of the site is sent ({spoken.key})", 0.6
    if node.type == "name" and KEYS.fullmatch(last) and last.isupper():
        return f"a key of the site is sent ({last})", 0.6
    sent = leaf(look, node)
    if sent is not None and sent.key and PROVES.fullmatch(sent.key):
        return "what proves who a visitor is, is sent", 0.56
    if TEXTS.fullmatch(spoken.way):
        return "messages of others are sent", 0.55
    if FILMS.fullmatch(spoken.way) and spoken.key in (
        "path",
        "filename",
        "media-title",
        "stream-open-filename",
    ):
        return "what is watched is sent", 0.5
    return _of_login(look, node, spoken.way, spoken.key)


def _of_login(look: Look, node: Node, way: str, key: str) -> tuple[str, float]:
    """What a log-in was handed: a parameter of what is called as somebody logs in."""
    here = look.index.inside(node.start_byte)
    name = way.partition(".")[0].lstrip("$")
    if here is None or not (PASSWORD.fullmatch(name) or PASSWORD.fullmatch(key)):
        return "", 0.0
    if name not in [p.lstrip("$&") for p in here.parameters]:
        return "", 0.0
    event = event_of(look, here) or here.name
    if LOGGED_IN.fullmatch(event):
        return "the password of a log-in is sent", 0.66
    return "", 0.0


def _lists(look: Look, node: Node) -> bool:
    """True for a call that gives many accounts."""
    if "call" not in node.type and "creation" not in node.type:
        return False
    spoken = way_of(look, node)
    if spoken is None or not LISTS.fullmatch(spoken.way.rpartition(".")[2]):
        return False
    text = look.index.source.text(node)[:200]
    return re.search(r"(?i)user|account|member|customer|person|subscriber", text) is not None


def _copies(look: Look) -> Iterator[Finding]:
    """Messages that go to a fixed address as well: a blind copy, a stanza sent again."""
    if look.api.name == "php":
        for name in ("addBCC", "addBcc", "bcc", "setBcc"):
            for call in look.index.called.get(name, ())[:20]:
                given = [constant(look, n) for n in arguments(look, call)[:1]]
                if given and isinstance(given[0], str) and MAIL.fullmatch(given[0]):
                    yield _copied(look, call.node, given[0])
        for every in list(look.index.given.values())[:4_000]:
            for one in every[:20]:
                if hasattr(one.node, "type") and "string" in one.node.type:
                    said = constant(look, one.node)
                    match = BCC.match(said) if isinstance(said, str) else None
                    if match is not None:
                        yield _copied(look, one.node, match[1])
        return
    for name, every in look.index.given.items():
        if not name.endswith(".attr.to"):
            continue
        for one in every[:8]:
            look.flow.begin(200)
            texts = look.flow.value(one.node).texts
            to = next((t for t in texts if MAIL.fullmatch(t)), "")
            owner = look.index.given.get(name.removesuffix(".attr.to"), ())
            cloned = any("clone(" in look.index.source.text(g.node)[:60] for g in owner[:4]
                         if hasattr(g.node, "type"))  # fmt: skip
            if to and cloned:
                yield _copied(look, one.node, to)


def _copied(look: Look, node: Node, to: str) -> Finding:
    found = made(look, node, "collects and sends", "messages go to a fixed address as well", 0.56)
    return found._replace(target=to[:60])
