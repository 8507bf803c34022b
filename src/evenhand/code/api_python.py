"""Python's libraries: which bring data in, decode, send, run, write.

Spec: Python library reference 3.13; documentation of requests, httpx, aiohttp, Flask, Django.
"""

from __future__ import annotations

from evenhand.code.api import Api

_NET = r"""
(requests|httpx|urllib3|aiohttp|http\.client|urllib2?|urllib\.request|pycurl|cloudscraper|treq
 |websockets?|smtplib|ftplib|telnetlib|paramiko|grequests|curl_cffi|socket|ssl|asyncio|telebot
 |six\.moves\.urllib\.request|xmlrpc\.client|niquests)
(\..*)?\.(get|post|put|patch|delete|request|urlopen|urlretrieve|open|send|sendall|sendto|recv|recvfrom
 |recv_into|sendmail|send_message|storbinary|connect|create_connection|ws_connect|Request|getaddrinfo
 |gethostbyname|HTTPConnection|HTTPSConnection|Session|ClientSession|Client|PoolManager|SMTP|FTP
 |SMTP_SSL|open_connection|create_socket|socket|WebSocketApp|wrap_socket)
|(boto3|botocore|minio|dropbox|google\.cloud\.storage|azure\.storage\.blob|b2sdk)(\..*)?\.(put_object
 |upload_file|upload_fileobj|upload_blob|upload_from_\w+|fput_object|files_upload)
|paramiko(\..*)?\.(put|putfo|file)|ftplib(\..*)?\.storlines|wget\.download
|urlopen|urlretrieve|requests\.Session|dns\.resolver\.(query|resolve)
"""

PYTHON_API = Api(
    "python",
    {
        "exec": r"(builtins\.|__builtins__\.|__builtin__\.)?(exec|eval|execfile)"
         r"|types\.FunctionType"
        r"|runpy\.run_(path|module)|code\..*\.(runcode|runsource|push)|importlib\..*exec_module"
        r"|exec\(\)|ctypes\..*\.(CreateThread|RtlMoveMemory)",
        "load": r"ctypes\.(CDLL|WinDLL|PyDLL|OleDLL)|ctypes\.\w+\.LoadLibrary"
        r"|importlib\.util\.spec_from_file_location|importlib\.machinery\.\w+Loader"
        r"|_?imp\.load_\w+|zipimport\.zipimporter",
        "run": r"os\.(system|popen\d?|exec[lv]\w*|spawn\w+|posix_spawnp?|startfile)|pty\.spawn"
        r"|subprocess\.(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)"
        r"|commands\.get\w*output|asyncio\.create_subprocess_(shell|exec)|popen2\.\w+",
        "listen": r"socket\..*\.(bind|listen|accept)|asyncio\.start_server"
        r"|(http\.server|socketserver)\.\w+|BaseHTTPServer\.HTTPServer",
        "net": _NET,
        "write": r"(pathlib\.)?Path\(\).*\.write_(text|bytes)|.*\.write(lines)?|os\.(write"
         r"|symlink|link)|tarfile\..*\.add"
        r"|winreg\.(SetValue|SetValueEx|CreateKey)|_winreg\.SetValueEx",
        "copy": r"shutil\.(copy\w*|move)|shutil\.copyfileobj|os\.(rename|replace)",
        "read": r"open|io\.open|codecs\.open|pathlib\.(Path|PosixPath)|Path|sqlite3\.connect"
        r"|os\.(open|walk|listdir|scandir)|glob\.i?glob|zipfile\.ZipFile|aiofiles\.open"
        r"|(.*\.)?\w*ConfigParser\(\)\.read|(dotenv\.)?dotenv_values",
        "delete": r"os\.(remove|unlink|rmdir|removedirs)|shutil\.rmtree|.*\.unlink",
        "stop": r"sys\.exit|os\._exit|exit|quit|os\.abort|os\.kill",
        "chmod": r"os\.chmod|.*\.chmod",
        "dup": r"os\.dup2",
    },
    (
        (r"platform\.(platform|version|machine|system|release|python_version)|sys\.(platform|version)",
         "platform", ""),
        (r"(platform\.(node|uname)|getpass\.getuser"
         r"|os\.(getlogin|uname)|socket\.(gethostname|getfqdn)|uuid\.getnode"
         r"|psutil\.\w+)(\(\))?", "host", ""),
        (r"locale\.(getlocale|getdefaultlocale|setlocale|getencoding)|time\.(tzname|timezone"
         r"|altzone)"
         r"|tzlocal\.\w+|(ctypes\..*)\.(GetUserDefaultUILanguage|GetSystemDefaultUILanguage"
         r"|GetKeyboardLayout|GetUserDefaultLangID|GetSystemDefaultLangID|GetUserGeoID)"
         r"|datetime\..*\.(tzname|astimezone)", "locale", ""),
        (r"time\.(time|localtime|gmtime)(\(\))?|(datetime\.)?(datetime|date)\.(now|today|utcnow)(\(\))?",
         "clock", "the date"),
        (r"(flask\.|quart\.|bottle\.)?request\.(args|form|values|json|data|headers|cookies|get_json"
         r"|get_data|files|params|authorization|query|query_params|body|forms|GET|POST|META"
         r"|environ|remote_addr|view_args)(\(\))?", "request", "a request"),
        (r"self\.(headers|rfile)|self\.path", "request", "a request"),
        (r"input|raw_input|getpass\.getpass|sys\.stdin", "stdin", "typed input"),
        (r"sys\.argv", "argv", "its arguments"),
        (r"ImageGrab\.grab|PIL\.ImageGrab\.grab|pyautogui\.screenshot|mss\.mss", "screen",
        "the screen"),
        (r"pyperclip\.paste|win32clipboard\.GetClipboardData", "clipboard", "the clipboard"),
        (r"pynput\.keyboard\..*|keyboard\.(on_press|record|read_event)", "keys pressed",
        "keys pressed"),
        (r"browser_cookie3\.\w+|win32crypt\.CryptUnprotectData|browsercookie\.\w+", "browser",
         "browser store"),
        (r"keyring\.get_password", "credentials", "key ring"),
        (r"netrc\.netrc\(\)\.hosts", "credentials", "a tool's credentials"),
    ),
    {
        "base64.b64decode": "base64", "base64.standard_b64decode": "base64",
        "base64.urlsafe_b64decode": "base64", "base64.decodebytes": "base64",
        "base64.decodestring": "base64", "binascii.a2b_base64": "base64",
        "base64.b32decode": "base32", "base64.b85decode": "base85", "base64.a85decode": "cipher",
        "base64.b16decode": "hex", "binascii.unhexlify": "hex", "binascii.a2b_hex": "hex",
        "bytes.fromhex": "hex", "bytearray.fromhex": "hex", "codecs.decode": "codec",
        "zlib.decompress": "zlib", "gzip.decompress": "gzip", "bz2.decompress": "bz2",
        "lzma.decompress": "lzma", "marshal.loads": "unmarshal", "pickle.loads": "unmarshal",
        "chr": "chars", "unichr": "chars", "os.path.join": "path", "os.path.expanduser": "text",
        "os.path.expandvars": "text",
        "os.path.abspath": "text", "bytes": "bytes", "str": "text",
        "bytearray": "bytes",
        "list": "text", "tuple": "text", "memoryview": "text", "urllib.parse.unquote": "url",
        "reversed": "reverse", "dict": "text", "repr": "text", "set": "text", "sorted": "text",
    },
    {
        "decode": "decode", "encode": "text", "join": "join", "replace": "replace", "strip": "same",
        "rstrip": "same", "get": "item", "lstrip": "same", "split": "split",
    },
    ("write", "writelines", "write_text", "execv", "execl", "execvp", "execve", "execlp", "spawnl",
     "spawnv", "popen", "LoadLibrary", "load_source", "load_dynamic", "SourceFileLoader",
     "ExtensionFileLoader", "upload_from_string", "upload_from_filename",
     "copyfileobj", "write_text", "write_bytes", "copy", "copy2", "copyfile", "getoutput", "Path",
     "create_subprocess_shell", "create_subprocess_exec", "run_path", "run_module",
     "posix_spawn"),
    ("builtins", "__builtins__", "__builtin__", "six.moves.builtins"),
    "os.environ",
    r"os\.(getenv|environ\.(get|pop))",
    r"__import__|importlib\.(import_module|__import__)",
    r".*\.(add_url_rule|add_route|add_api_route|route|add_get|add_post)",
    {
        "pathlib.Path.home": "~", "site.getsitepackages": "/site-packages",
        "site.getusersitepackages": "/site-packages",
        "distutils.sysconfig.get_python_lib": "/site-packages",
    },
    {
        r"pynput\.keyboard\.Listener|keyboard\.(on_press|on_release|hook)": "keys pressed",
    },
)  # fmt: skip
