"""A fixed secret is shown only where a credential that is sent, and nothing else, opens something.

Spec: evenhand.code.secrets, evenhand.code.credential.
"""

from __future__ import annotations

import pytest

from evenhand.code.credential import opaque
from evenhand.code.examine import examine

GRANTS = "{ req.session.user = root; return next(); }"
HANDLER = "app.use((req, res, next) => {{ {before} if ({condition}) {branch} deny(res); }});"


def shown(condition: str, branch: str = GRANTS, before: str = "") -> bool:
    """Whether a choice of a handler is shown to be a way in."""
    text = HANDLER.format(before=before, condition=condition, branch=branch)
    found = examine(text.encode(), "javascript", "when called", path="app/server.js").found
    return any(f.shown for f in found if f.access == "fixed secret")


@pytest.mark.parametrize(
    "condition",
    [
        "req.body.password === 'Qk7-maint!'",
        "req.body.name === 'service' && req.body.password === 'Qk7-maint!'",
        "req.headers['x-svc'] === Buffer.from('bTQxbnQhOQ==', 'base64').toString()",
    ],
)
def test_credential_opens(condition: str) -> None:
    assert shown(condition)
    assert shown(f"known(req) || {condition}")


@pytest.mark.parametrize(
    "condition",
    [
        "process.env.NODE_ENV === 'test' && req.body.password === 'Qk7-maint!'",
        "req.body.password === 'change-me-9'",
        "req.user.role === 'Qk7-maint!'",
        "cache.get(req.query.k) === 'Qk7-maint!'",
        "req.headers['x-scheme'] === 'AWS4-HMAC-SHA256'",
        "req.headers['content-type'] === 'Qk7-maint!'",
        "req.body.client_id === 'Qk7-maint!'",
        "allows(req.body.password === 'Qk7-maint!')",
    ],
)
def test_more_or_less_than_a_credential(condition: str) -> None:
    assert not shown(condition)


def test_what_decides_after_it() -> None:
    condition = "req.query.k === '5fe21c90'"
    assert shown(condition)
    assert not shown(condition, f"{{ if (known(req)) {GRANTS} }}")
    assert not shown("other", before="if (req.query.k !== '5fe21c90') return next('no');",
                     branch="{ req.session.user = root; }")  # fmt: skip


@pytest.mark.parametrize(
    "text", ["refresh_token", "v1beta1", "text/html2", "2024-10-01T12", "x86_64"]
)
def test_words_of_protocols(text: str) -> None:
    assert not opaque(text)
