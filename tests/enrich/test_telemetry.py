"""Packages that tell their makers how they are used, and those that only could.

Spec: evenhand.enrich.telemetry, evenhand.code.usage_sign.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from evenhand.code.examine import examine
from evenhand.evidence import Evidence
from evenhand.limits import Limits
from evenhand.pipeline import read

PACKAGES = {
    # by way of a queue, to a host that another file holds; a document says so
    "site-packages/kiln/constants.py": (
        "import os\nREPORT_URL = 'https://in.kiln.example/'\n"
        "OFF = os.environ.get('KILN_DISABLE_TELEMETRY') or os.environ.get('DO_NOT_TRACK')\n"
    ),
    "site-packages/kiln/telemetry.py": (
        '"""Sends to https://telemetry.nowhere.example/x what is said here."""\n'
        "import platform, queue, uuid\nimport requests\nfrom . import constants\n"
        "WAITING = queue.Queue()\n"
        "def track(event):\n    if constants.OFF:\n        return\n"
        "    WAITING.put({'id': str(uuid.uuid4()), 'os': platform.system(), 'event': event})\n"
        "def _work():\n    session = requests.Session()\n"
        "    session.post(f'{constants.REPORT_URL}v1/events', json=WAITING.get())\n"
    ),
    "site-packages/kiln-1.2.dist-info/METADATA": (
        "Name: kiln\n\nKiln collects anonymous usage data; set KILN_DISABLE_TELEMETRY to stop it.\n"
    ),
    # asks first, by a child process and a key of a service that collects such reports
    "node_modules/@aster/cli/lib/send.js": (
        "const { postJson } = require('./net');\n"
        "const ANALYTICS_URL = 'https://www.google-analytics.com/mp/collect';\n"
        "const API_SECRET = 'fQ5joCsDRTOp55';\n"
        "postJson(ANALYTICS_URL, JSON.parse(process.argv[2]), { api_secret: API_SECRET });\n"
    ),
    "node_modules/@aster/cli/lib/ask.js": (
        "const { confirm } = require('./prompt');\n"
        "module.exports = () => confirm('May we collect anonymous usage statistics of aster?');\n"
    ),
    # nobody is told
    "node_modules/beech/index.js": (
        "const os = require('os'), crypto = require('crypto');\n"
        "function reportUsage(command) {\n"
        "  const version = process.version, id = crypto.randomUUID();\n"
        "  const body = JSON.stringify({ command, id, os: os.platform(), version });\n"
        "  return fetch('https://telemetry.beech.example/v2', { method: 'POST', body });\n}\n"
        "module.exports = { reportUsage };\n"
    ),
    # a library of a service, which its users set up with a key of their own
    "site-packages/metrix/client.py": (
        "import platform\nimport posthog, requests\nHOST = 'https://us.i.posthog.com'\n"
        "class Analytics:\n    def __init__(self, api_key, host=HOST):\n"
        "        self.key, self.host = api_key, host\n        posthog.api_key = api_key\n"
        "    def track(self, event, distinct_id):\n"
        "        requests.post(self.host + '/batch', json={'api_key': self.key, 'event': event,\n"
        "            'os': platform.system(), 'id': distinct_id})\n"
    ),
    # a client of a service that is about analytics; a tracer whose collector others name
    "site-packages/reports/analytics_client.py": (
        "import requests\nBASE_URL = 'https://analytics.reports.example'\n"
        "def list_reports(token):\n"
        "    return requests.get(f'{BASE_URL}/v1', headers={'Authorization': token}).json()\n"
    ),
    "node_modules/tracing/opentelemetry.js": (
        "exports.send = (endpoint, spans) => fetch(endpoint + '/v1/traces', "
        "{ method: 'POST', body: JSON.stringify(spans) });\n"
        "if (process.env.OTEL_SDK_DISABLED) exports.send = () => {};\n"
    ),
    # a page for people is no host that anything is sent to
    "node_modules/larch/telemetry.js": (
        "if (!process.env.LARCH_TELEMETRY_DISABLED)\n"
        "  console.log('https://larch.example/telemetry');\nfetch(process.env.LARCH_URL);\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("given")
    for path, text in PACKAGES.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    found, _ = read([str(folder)], Limits(), 1, lambda name: None)
    yield found
    found.connection.close()


def rows(evidence: Evidence, query: str) -> list[tuple[Any, ...]]:
    return evidence.connection.execute(query).fetchall()


def test_who_is_told_and_what(evidence: Evidence) -> None:
    found = rows(evidence, "SELECT host, collector, sends, consent FROM telemetry ORDER BY host")
    assert found == [
        ("in.kiln.example", None, "an identifier, the operating system", "opt-out present"),
        ("telemetry.beech.example", None,
         "an identifier, the operating system, versions, commands", "not shown"),
        ("www.google-analytics.com", "Google Analytics", "commands", "opt-in"),
    ]  # fmt: skip


def test_how_it_ends_and_where_it_is_told(evidence: Evidence) -> None:
    query = "SELECT turned_off_by, documented, asked FROM telemetry ORDER BY host"
    kiln, beech, aster = rows(evidence, query)
    assert kiln[0] == "KILN_DISABLE_TELEMETRY, DO_NOT_TRACK"
    assert kiln[1].endswith("METADATA line 3")
    assert beech == (None, None, None)
    assert aster[2].endswith("lib/ask.js line 2")


def test_it_is_a_behaviour_that_is_disclosed_where_a_document_says_so(evidence: Evidence) -> None:
    query = (
        "SELECT b.target, b.locator, b.strength >= 0.5, d.name, b.because "
        "FROM behaviour AS b LEFT JOIN disclosure AS d ON d.finding = b.id "
        "WHERE b.kind = 'reports usage' ORDER BY b.target"
    )
    kiln, beech, aster = rows(evidence, query)
    assert kiln[:4] == ("in.kiln.example", "line 12", False, "KILN_DISABLE_TELEMETRY")
    assert "constants.py line 2: in.kiln.example → " in kiln[4]
    assert beech[:4] == ("telemetry.beech.example", "line 5", True, None)
    assert aster[2:4] == (False, None)


def test_texts_that_are_made_to_take_long_do_not() -> None:
    line = b"x('" + b"share anonym telemetry_ usage " * 40 + b"');\n"
    data = line * 200 + b"'" + b"TELEMETRY" * 20_000 + b"'\n" + b"dsn" * 50_000 + b"a." * 50_000
    began = time.process_time()
    examine(data, "javascript", "at import", path="telemetry.js")
    assert time.process_time() - began < 5
