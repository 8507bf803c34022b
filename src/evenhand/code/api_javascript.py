"""JavaScript's libraries, in Node.js and in browsers: which bring in, decode, send, run, write.

Spec: Node.js 22 API; WHATWG Fetch, HTML and XMLHttpRequest; documentation of axios, got, express.
"""

from __future__ import annotations

from evenhand.code.api import Api

_NET = r"""
(https?|http2|net|tls|dgram|dns|request|request-promise(-native)?|axios|node-fetch|cross-fetch|got
 |superagent|needle|undici|ws|bent|phin|fetch|nodemailer|socket\.io-client|\$|jQuery|follow-redirects
 |isomorphic-fetch|make-fetch-happen|XMLHttpRequest|WebSocket|ftp|ssh2)
(\(\))?(\..*)?\.(get|post|put|patch|request|connect|createConnection|send|write|end|emit|sendMail|fetch
 |lookup|resolve\w*|ajax|createSocket|open|default|head|stream|put|publish|pipe|Socket)
|fetch|XMLHttpRequest\(\)\.(open|send)|navigator\.sendBeacon|(request|axios|node-fetch|got|needle|bent
 |phin|cross-fetch|superagent|isomorphic-fetch|make-fetch-happen)(\.default)?|WebSocket|EventSource|ws
 |importScripts|dns\.promises\.\w+|axios\.create\(\)\.\w+
"""

PAGE_COOKIES = "cookies of the page"

JAVASCRIPT_API = Api(
    "javascript",
    {
        "exec": r"eval|Function|execScript|vm\.(runIn\w+Context|Script|compileFunction)"
         r"|vm\.Script\(\).*"
        r"|module\._compile|.*\.constructor\.constructor|.*\._compile|setTimeout|setInterval"
        r"|document\.write(ln)?|WebAssembly\.instantiate",
        "run": r"(child_process|shelljs|execa|cross-spawn|child-process-promise|zx)"
        r"(\.(exec|execSync|spawn|spawnSync|execFile|execFileSync|fork|sync|command|commandSync"
         r"|\$))?"
        r"|Bun\.spawn\w*|Deno\.(run|Command)",
        "load": r"require|import|module\.require|process\.dlopen",
        "pipe": r"(stream|stream/promises|node:stream)(\.promises)?\.pipeline",
        "listen": r"(http|https|net|tls)\.createServer.*",
        "net": _NET,
        "write": r"(fs|fs\.promises|fs/promises|fs-extra|graceful-fs)(\.promises)?\."
        r"(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|outputFile|write"
        r"|writeSync|symlink|symlinkSync|outputFileSync)",
        "copy": r"(fs|fs/promises|fs-extra)(\.promises)?\.(copyFile|copyFileSync|rename"
         r"|renameSync|copy|cp|cpSync)",
        "read": r"(fs|fs/promises|fs-extra|graceful-fs)(\.promises)?\."
        r"(readFile|readFileSync|createReadStream|readdir|readdirSync|open|openSync|existsSync)"
        r"|better-sqlite3|sqlite3\.Database|adm-zip",
        "delete": r"(fs|fs/promises|fs-extra|rimraf)(\.promises)?(\.(unlink|unlinkSync|rm|rmSync"
         r"|rmdir|rmdirSync|remove|removeSync|truncate|sync))",
        "stop": r"process\.(exit|abort|kill)",
        "chmod": r"fs(\.promises)?\.(chmod|chmodSync)",
    },
    (
        (r"os\.(hostname|userInfo|networkInterfaces)(\(\))?(\..*)?|node-machine-id\.\w+|node-machine-id"
         r"|vscode\.env\.(machineId|sessionId)",
         "host", ""),
        (r"os\.(platform|type|release|arch|cpus|version|totalmem)|navigator\.(userAgent|platform)"
         r"|process\.(platform|arch|version)|screen\.(width|height)", "platform", ""),
        (r"navigator\.languages?|Intl\.DateTimeFormat\(\)\.resolvedOptions(\(\))?"
         r"(\.(timeZone|locale))?|.*\.getTimezoneOffset|os-locale(\.sync)?|.*\.toLocale\w*",
         "locale", ""),
        (r"Date\.now|Date(\(\))?", "clock", "the date"),
        (r"document\.cookie", "browser", PAGE_COOKIES),
        (r"(chrome|browser|webextension-polyfill)\.(cookies\.getAll|history\.search)\(\)",
         "browser", "what a browser keeps"),
        (r"localStorage(\.getItem)?|sessionStorage(\.getItem)?", "storage", "storage of the page"),
        (r"navigator\.clipboard\.readText|clipboardy\.read(Sync)?", "clipboard", "the clipboard"),
        (r"(ctx|c)\.request(\.(body|query|headers))?", "request", "a request"),
        (r"req\.(body|query|params|headers|cookies|get|header|url|rawBody|param)(\..*)?",
        "request", "a request"),
        (r"request\.(body|query|params|headers|cookies|url|nextUrl|json|text|formData)(\..*)?",
        "request", "a request"),
        (r"process\.stdin|readline\..*", "stdin", "typed input"),
        (r"process\.argv", "argv", "its arguments"),
        (r"screenshot-desktop|desktopCapturer\..*", "screen", "the screen"),
        (r"keytar\.\w+", "credentials", "key ring"),
        (r"(window\.)?ethereum\.\w+|(window\.)?solana\.\w+", "wallet", "a wallet in the browser"),
    ),
    {
        "atob": "base64", "unescape": "url", "decodeURIComponent": "url", "decodeURI": "url",
        "String.fromCharCode": "chars", "String.fromCodePoint": "chars", "Buffer.from": "buffer",
        "Buffer": "buffer", "zlib.inflateSync": "zlib", "zlib.gunzipSync": "gzip",
        "zlib.inflateRawSync": "deflate", "zlib.brotliDecompressSync": "cipher",
        "zlib.unzipSync": "zlib", "String": "text", "JSON.stringify": "text", "JSON.parse": "text",
        "Object.entries": "text", "Array.from": "text",
        "Object.values": "text", "crypto.createDecipheriv": "cipher",
        "CryptoJS.AES.decrypt": "cipher",
        "crypto-js.AES.decrypt": "cipher", "LZString.decompressFromBase64": "cipher",
        "path.join": "path", "path.resolve": "path", "encodeURIComponent": "text",
        "btoa": "text", "querystring.stringify": "text",
    },
    {
        "toString": "text", "join": "join", "replace": "replace", "replaceAll": "replace",
        "trim": "same", "split": "split", "reverse": "reverse", "concat": "concat",
    },
    ("resolve", "resolve4", "resolveTxt", "runInThisContext", "runInNewContext", "runInContext",
     "createServer"),
    ("globalThis", "window", "global", "self", "top", "parent", "frames"),
    "process.env",
    "",
    r"require|import|module\.require|__non_webpack_require__|process\.mainModule\.require"
    r"|module\.constructor\._load|createRequire\(\)|process\.binding",
    r"(http|https)\.createServer|(express\(\)|.*\bapp|router|.*[rR]outer(\(\))?|server"
     r"|fastify(\(\))?|express\.Router\(\))"
    r"\.(get|post|put|all|use|delete|patch|route)",
    {"os.homedir": "~"},
    environments=("Bun.env", "Deno.env.toObject()", "import.meta.env"),
    dresses=r"((util|bluebird|es6-promisify|Promise)\.)?(promisify|callbackify)"
    r"|util-promisify|es6-promisify|pify",
)  # fmt: skip
