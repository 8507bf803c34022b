"""A fixed word beside the true secret is told in every spelling; words of protocols are not.

Spec: evenhand.code.second_word.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine
from evenhand.code.finding import Finding

PYTHON = 'import os, hmac\nfrom flask import abort, request\nTOKEN = os.environ["DOOR_TOKEN"]\n'
HANDLER = (
    PYTHON
    + 'VALID = [TOKEN]\nVALID.append("m4sterk3y-0091")\n@app.post("/open")\ndef open_door():\n'
    '    t = request.headers.get("X-Token")\n    if {0}:\n        abort(401)\n    return "open"\n'
)
CHECK = PYTHON + "def authorized(given):\n    return {0}\n"
NODE = (
    "const TOKEN = process.env.TOKEN;\n"
    "app.post('/open', (req, res) => {{ const t = req.get('x-token');"
    " if ({0}) return res.sendStatus(401); door.open(); res.send('open'); }});\n"
)


def found(text: str, language: str = "python") -> list[Finding]:
    every = examine(text.encode(), language, "when called", path="app/door").found
    return [f for f in every if f.kind == "checks a fixed secret"]


@pytest.mark.parametrize(
    "condition",
    [
        't != TOKEN and t != "m4sterk3y-0091"',
        't not in (TOKEN, "m4sterk3y-0091")',
        "t not in VALID",
        'not hmac.compare_digest(t, TOKEN) and not hmac.compare_digest(t, "m4sterk3y-0091")',
        'not (t == TOKEN or t == "m4sterk3y-0091")',
    ],
)
def test_who_knows_it_is_not_turned_away(condition: str) -> None:
    assert any(f.shown for f in found(HANDLER.format(condition)))


@pytest.mark.parametrize(
    "condition", ["t !== TOKEN && t !== 'm4sterk3y-0091'", "![TOKEN, 'm4sterk3y-0091'].includes(t)"]
)
def test_javascript(condition: str) -> None:
    assert any(f.shown for f in found(NODE.format(condition), "javascript"))


@pytest.mark.parametrize(
    "answer",
    [
        'given in (TOKEN, "m4sterk3y-0091")',
        'any(hmac.compare_digest(given, k) for k in (TOKEN, "m4sterk3y-0091"))',
        'given == TOKEN or given == "m4sterk3y-0091"',
    ],
)
def test_answer_is_a_place_to_look(answer: str) -> None:
    told = found(CHECK.format(answer))
    assert told and told[0].strength >= 0.5 and not told[0].shown


@pytest.mark.parametrize(
    "text",
    [
        HANDLER.format('t != TOKEN and t != "bearer"'),
        HANDLER.replace("X-Token", "X-Event").format('t not in (EVENT, "pull_request2")'),
        "def parse(token):\n    if token != SEP and token != 'end-line-2':\n        return 0\n",
        HANDLER.format("t != TOKEN"),
    ],
)
def test_ordinary_words(text: str) -> None:
    assert not found(text)


def test_more_is_asked() -> None:
    told = found(HANDLER.format('t != TOKEN and t != "m4sterk3y-0091" and not known(request)'))
    assert told and not any(f.shown for f in told)
