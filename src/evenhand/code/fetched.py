"""Code that PHP fetches and puts where it is run, with nobody asking what came.

Installers of plugins do this too, and look at a signature or a sum, or have somebody press a button
that says so; a job by the hour that writes a program's own file does not.

Spec: CWE-494 (download of code without integrity check).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.carried import arguments, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.spoken import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Function
    from evenhand.code.look import Look

WRITES = {"file_put_contents": (0, 1), "copy": (1, 0), "rename": (1, 0), "unzip_file": (1, 0),
          "dumpFile": (0, 1)}  # fmt: skip
FETCHES = re.compile(
    r"(?:wp_(?:safe_)?remote_(?:get|post|request|fopen)|download_url|curl_exec|drupal_http_request)\("
    r"|file_get_contents\(\s*['\"]https?:|Http::(?:\w+\(.*\)->)*get\(|->(?:get|request)\(\s*(?:'GET',\s*)?['\"]https?:"
)
RUN = re.compile(r"\.(?:php\d?|phtml|inc|module)$|/\.htaccess$")
PLACES = re.compile(
    r"\b(?:WP_PLUGIN_DIR|WPMU_PLUGIN_DIR|ABSPATH|JPATH_\w+|DRUPAL_ROOT)\b|get_theme_root\("
    r"|plugin_dir_path\(|/(?:mu-)?plugins/|/modules/"
)
LOOKS = re.compile(
    r"(?:hash|md5|sha1)(?:_file|_hmac_file)?|hash_equals|openssl_verify|sodium_\w*verify\w*|\w*[vV]erif\w*"
    r"|\w*[sS]ignature\w*|\w*[cC]hecksum\w*|check_admin_referer|check_ajax_referer|current_user_can"
)


def fetched(look: Look) -> Iterator[Finding]:
    """Every file of code of one file that is fetched, and that nothing is asked of."""
    if look.api.name != "php":
        return
    for name, (where, what) in WRITES.items():
        for call in look.index.called.get(name, ())[:30]:
            given = arguments(look, call)
            if len(given) <= max(where, what) or _looks(look, call.inside):
                continue
            if _code(look, given[where], name) and _brought(look, given[what]):
                said = "what a host answers is put among the code that is run"
                yield made(look, call.node, "downloads and runs", said, 0.6, "remote control")


def _code(look: Look, node: Any, name: str) -> bool:
    """True for the path of a file that is run; for an archive, of a folder of such files."""
    for one in carried(look, node, 2):
        text = text_of(look, one)
        if text and RUN.search(text):
            return True
        short = one.end_byte - one.start_byte < 60
        if name == "unzip_file" and short and PLACES.search(
            look.index.source.text(one)
        ):  # fmt: skip
            return True
    return False


def _brought(look: Look, node: Node) -> bool:
    return any("call" in one.type and FETCHES.match(_start(look, one)) is not None
               for one in carried(look, node))  # fmt: skip


def _start(look: Look, node: Node) -> str:
    return look.index.source.text(node)[:160]


def _looks(look: Look, function: Function | None) -> bool:
    """True where the function looks at what came, or at who asked."""
    return any(LOOKS.fullmatch(n) for n, every in look.index.called.items()
               if any(c.inside is function for c in every))  # fmt: skip
