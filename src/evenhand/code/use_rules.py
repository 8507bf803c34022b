"""Which calls of a language's libraries are told in a difference, and how much they could open.

A rule is `owner.name`; `*` stands for any owner, braces for several names. Without an owner the
name stands alone, as functions of the language itself and imported ones do.

Spec: documentation of the libraries named.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

Rule = tuple[str, str, str, float]  # owner, last name, kind, sensitivity

DRAWS = "draws a secret"  # how long a key, a salt or a token is
RULES: dict[str, tuple[tuple[str, float, str], ...]] = {
    "python": (
        ("runs code", 0.92, "{exec,eval,execfile} builtins.{exec,eval} code.{interact,"
         "InteractiveInterpreter,InteractiveConsole} *.{runsource,runcode,interact} runpy."
         "{run_path,run_module} types.{FunctionType,CodeType} pickle.{loads,load,Unpickler} "
         "marshal.{loads,load} dill.{loads,load} yaml.{load,unsafe_load} "
         "jsonpickle.decode imp.load_source "
         "importlib.util.spec_from_file_location *.exec_module pdb.set_trace *.set_trace "
         "ctypes.{CDLL,cdll,WinDLL,memmove} ctypes.cdll.LoadLibrary *.LoadLibrary "
         "*.enable_load_extension {env,environment,Environment,engine,Template,Jinja2Templates}"
         ".from_string"),
        ("runs a command", 0.86, "os.{system,popen,execv,execve,execl,execlp,execvp,execvpe,spawnl,"
         "spawnv,spawnlp,spawnvp,posix_spawn,startfile,fork,forkpty} subprocess.{run,Popen,call,"
         "check_call,check_output,getoutput,getstatusoutput} pty.{spawn,fork,openpty} "
         "{create_subprocess_shell,create_subprocess_exec} *.{create_subprocess_shell,"
         "create_subprocess_exec,exec_command,run_command} pexpect.{spawn,run} commands.getoutput "
         "*.Popen"),
        ("listens", 0.84, "*.{start_server,start_unix_server,create_server,listen,serve_forever,"
         "enable_attach,start_tls} {HTTPServer,ThreadingHTTPServer,TCPServer,ThreadingTCPServer,"
         "start_server,serve,SimpleXMLRPCServer} *.{HTTPServer,ThreadingHTTPServer,TCPServer,"
         "ThreadingTCPServer,SimpleXMLRPCServer,UDPServer} debugpy.{listen,connect} *.settrace"),
        ("opens", 0.5, "sqlite3.connect"),
        ("connects", 0.78, "*.{connect,connect_ex,create_connection,open_connection,urlopen,"
         "urlretrieve,sendto,sendall,sendmail,send_message,storbinary,getaddrinfo,gethostbyname,"
         "ws_connect,websocket_connect,open_connection} {dns,resolver,Resolver,_resolver}.resolve "
         "{urlopen,urlretrieve,connect,"
         "create_connection} {requests,httpx,session,http,client,*}.{post,put,request} "
         "{requests,httpx,niquests}.{get,patch,head,options,delete,Session,Client,AsyncClient} "
         "*.{HTTPSConnection,HTTPConnection,SMTP,SMTP_SSL,FTP,Telnet,SSHClient,Webhook,"
         "PoolManager,ClientSession,socket} {HTTPSConnection,HTTPConnection,SMTP,FTP,socket} "
         "*.{put_object,upload_file,upload_fileobj}"),
        ("uses a key", 0.8, "*.{from_public_bytes,from_private_bytes,load_pem_public_key,"
         "load_der_public_key,load_pem_private_key,load_ssh_public_key,load_pem_x509_certificate,"
         "import_key,importKey,from_string,VerifyKey,PublicKey,SealedBox,RSAPublicNumbers,"
         "import_public_key,from_pem,load_verify_locations,recv_keys,import_keys} {VerifyKey,"
         "PublicKey,SealedBox,RSAPublicNumbers,load_pem_public_key,load_der_public_key}"),
        ("signs a token", 0.6, "jwt.encode *.{create_access_token,login_user} login_user"),
        ("rights", 0.8, "os.{setuid,setgid,seteuid,setegid,setresuid,chown,chroot} "
         "os.{chmod,fchmod} *.chmod prctl.* *.AdjustTokenPrivileges"),
        ("deletes", 0.66, "os.{remove,unlink,rmdir,removedirs,kill,killpg,truncate} "
         "shutil.{rmtree,move} *.{unlink,rmtree,killpg}"),
        ("copies", 0.5, "shutil.{copy,copy2,copyfile,copytree,make_archive} os.{rename,replace,"
         "link,symlink} *.symlink_to"),
        ("ends", 0.55, "os.{_exit,abort} sys.exit"),
        ("decodes", 0.66, "*.{b64decode,b32decode,b85decode,a85decode,urlsafe_b64decode,unhexlify,"
         "fromhex,decompress,a2b_base64,decodebytes} {b64decode,unhexlify,decompress,b32decode,"
         "b85decode,a85decode,urlsafe_b64decode} codecs.decode"),
        ("asks about the machine", 0.58, "*.{gethostname,getfqdn,getuser,getlogin,getnode,uname,"
         "net_if_addrs,getpwuid,getpwall,platform,node,expanduser} platform.{platform,node,uname,"
         "machine} getpass.{getuser,getpass} pathlib.Path.home Path.home"),
        ("asks for time or place", 0.56, "locale.{getlocale,getdefaultlocale} time.{localtime,"
         "strftime,tzname,time} *.{tzname,get_localzone,GetUserDefaultUILanguage,"
         "GetKeyboardLayout} date.{today,fromtimestamp} datetime.{now,today,utcnow,fromisoformat}"
         " datetime.datetime.{now,utcnow,today} datetime.date.today"),
        ("reads what is private", 0.82, "*.{get_password,get_credential,CryptUnprotectData,grab,"
         "screenshot,paste,on_press,Listener,GetClipboardData} ImageGrab.grab "
         "keyring.get_password"),
        ("opens", 0.5, "{open} io.open os.open *.{write_text,write_bytes,read_text,"
         "read_bytes,getmembers,ZipFile} Path pathlib.Path glob.glob *.rglob os.walk"),
        ("replaces", 0.6, "{setattr,__import__,getattr,globals,compile} importlib.import_module "
         "sys.{settrace,setprofile,addaudithook} *.{insert_import_hook,meta_path} atexit.register"
         " signal.signal threading.{Timer,Thread} *.{call_later,daemonize}"),
        ("makes a digest", 0.45, "hashlib.{md5,sha1,sha224,sha256,sha384,sha512,new,blake2b,"
         "blake2s,pbkdf2_hmac,scrypt} hmac.{new,digest} zlib.{crc32,adler32} crypt.crypt "
         "{sha256,md5,crc32} *.{crc32,hashpw,checkpw,hexdigest}"),
        ("weakens randomness", 0.6, "random.{seed,Random,choice,randint,getrandbits}"),
        (DRAWS, 0.52, "*.{urandom,token_bytes,token_hex,token_urlsafe,get_random_bytes,"
         "generate_private_key,randbytes} {urandom,token_bytes,token_hex,token_urlsafe,"
         "get_random_bytes} {RSA,DSA}.generate"),
    ),
    "javascript": (
        ("runs code", 0.92, "{eval,Function,execScript,importScripts} vm.{runInThisContext,"
         "runInNewContext,runInContext,compileFunction,Script} *.{runInThisContext,_compile,"
         "runInNewContext,instantiate} new.Function module._compile v8.deserialize "
         "process.{dlopen,binding} inspector.open repl.start *.dlopen ffi.Library"),
        ("runs a command", 0.86, "child_process.{exec,execSync,spawn,spawnSync,execFile,"
         "execFileSync,fork} {exec,execSync,spawn,spawnSync,execFile,execFileSync,execa,execaSync,"
         "fork} shelljs.exec *.{execSync,spawnSync,execFileSync,execFile,spawn} Deno.{run,Command} "
         "Bun.{spawn,spawnSync}"),
        ("listens", 0.84, "{http,https,net,tls,http2,dgram}.{createServer,createSocket} "
         "{createServer} *.{createServer,createSocket,listen} *.WebSocketServer ws.Server"),
        ("connects", 0.78, "{http,https,http2}.{get,request,connect} {net,tls}.{connect,"
         "createConnection} {fetch,axios,got,WebSocket,EventSource,XMLHttpRequest,request,needle} "
         "{axios,got,superagent,needle,undici}.{get,post,put,request,stream,fetch} *.{sendBeacon,"
         "createConnection,createTransport,sendMail,lookup,resolve4,resolveTxt,upload,sendMessage}"
         " dns.{lookup,resolve,resolve4,resolveTxt} *.{fetch,request} *.ajax"),
        ("uses a key", 0.8, "{crypto,*}.{createPublicKey,createPrivateKey,importKey,publicEncrypt,"
         "privateDecrypt,createVerify,publicDecrypt,createECDH} {createPublicKey,publicEncrypt} "
         "*.{readKey,fromPublicKey,publicKeyFromPem,box,seal}"),
        ("signs a token", 0.6, "{jwt,jsonwebtoken}.sign *.{signAsync,logIn,logInAs}"),
        ("rights", 0.8, "{fs,process,*}.{chmodSync,chownSync,setuid,setgid,seteuid,chmod,chown}"),
        ("deletes", 0.7, "{fs,fsp,fse,promises,*}.{unlink,unlinkSync,rm,rmSync,rmdir,rmdirSync,"
         "truncate,truncateSync} {rimraf,unlink,rmSync,unlinkSync} process.{exit,kill,abort}"),
        ("writes", 0.6, "*.{writeFile,writeFileSync,appendFile,appendFileSync,createWriteStream,"
         "copyFile,copyFileSync,symlink,symlinkSync,renameSync,outputFile} {writeFile,"
         "writeFileSync,appendFileSync,copyFileSync}"),
        ("opens", 0.5, "*.{readFile,readFileSync,createReadStream,readdirSync,sendFile,download} "
         "{readFileSync,readFile}"),
        ("decodes", 0.62, "{atob,unescape} String.fromCharCode String.fromCodePoint "
         "*.{inflateSync,gunzipSync,inflateRawSync,brotliDecompressSync,createDecipheriv,"
         "fromCharCode} Buffer.from zlib.{inflateSync,gunzipSync,unzipSync}"),
        ("asks about the machine", 0.58, "os.{hostname,userInfo,networkInterfaces,homedir,platform,"
         "release,tmpdir} *.{hostname,userInfo,networkInterfaces,homedir} {hostname,userInfo,"
         "homedir}"),
        ("asks for time or place", 0.56, "*.{resolvedOptions,getTimezoneOffset,toLocaleString,"
         "getDay,getHours,getFullYear,getMonth} Date.{now,parse}"),
        ("reads what is private", 0.82, "*.{readText,getSources,getPassword,findCredentials,"
         "getItem,captureStream,getUserMedia,requestAccounts} keytar.*"),
        ("replaces", 0.6, "Object.{defineProperty,setPrototypeOf} *.{__defineGetter__} "
         "process.{on,umask} {setTimeout,setInterval} *.createRequire"),
        (DRAWS, 0.52, "*.{randomBytes,generateKeyPairSync,generateKeyPair} "
         "{randomBytes,generateKeyPairSync,generateKeyPair}"),
        ("makes a digest", 0.45, "*.{createHash,createHmac,pbkdf2Sync,scryptSync,digest} "
         "{createHash,createHmac,sha256,md5,hashSync}"),
    ),
    "php": (
        ("runs code", 0.92, "{eval,assert,create_function,unserialize,call_user_func,"
         "call_user_func_array,preg_replace_callback,extract,include,parse_str,dl} *.newInstance"),
        ("runs a command", 0.88, "{system,exec,shell_exec,passthru,popen,proc_open,pcntl_exec,"
         "mail} *.{exec,mustRun}"),
        ("listens", 0.84, "{socket_listen,socket_bind,stream_socket_server,socket_create_listen}"),
        ("connects", 0.78, "{curl_init,curl_exec,fsockopen,pfsockopen,stream_socket_client,"
         "socket_connect,wp_remote_get,wp_remote_post,get_headers,gethostbyname,dns_get_record,"
         "ftp_connect,ssh2_connect} *.{request,post,put}"),
        ("uses a key", 0.8, "{openssl_public_encrypt,openssl_verify,openssl_pkey_get_public,"
         "openssl_seal,openssl_get_publickey,sodium_crypto_box_seal,openssl_private_decrypt}"),
        ("signs a token", 0.6, "{wp_set_auth_cookie,wp_set_current_user,session_regenerate_id,"
         "setcookie} *.{login,loginUsingId,setUser} JWT.encode"),
        ("rights", 0.8, "{chmod,chown,posix_setuid,posix_kill,wp_create_user,add_role,add_cap,"
         "wp_insert_user} *.{set_role,add_cap}"),
        ("deletes", 0.66, "{unlink,rmdir,exit,die}"),
        ("writes", 0.66, "{file_put_contents,fwrite,move_uploaded_file,copy,rename,symlink}"),
        ("opens", 0.58, "{file_get_contents,fopen,readfile,file,glob,scandir,show_source,phpinfo,"
         "parse_ini_file,highlight_file}"),
        ("decodes", 0.66, "{base64_decode,gzinflate,gzuncompress,str_rot13,strrev,hex2bin,pack,"
         "convert_uudecode,openssl_decrypt,gzdecode,chr}"),
        ("asks about the machine", 0.58, "{php_uname,gethostname,get_current_user,phpinfo,"
         "get_defined_vars}"),
        ("asks for time or place", 0.54, "{date,time,date_default_timezone_get,setlocale,"
         "strtotime}"),
        ("replaces", 0.6, "{ini_set,set_error_handler,error_reporting,register_shutdown_function,"
         "runkit_function_redefine,define,spl_autoload_register,header,add_action,add_filter}"),
        (DRAWS, 0.52, "{random_bytes,openssl_random_pseudo_bytes,mcrypt_create_iv}"),
        ("makes a digest", 0.5, "{md5,sha1,hash,crypt,hash_hmac,crc32,password_hash}"),
    ),
    "lua": (
        ("runs code", 0.92, "{load,loadstring,dofile,loadfile,setfenv} *.{loadlib,loadstring}"
         " debug.{debug,getregistry,sethook}"),
        ("runs a command", 0.88, "os.execute io.popen *.{popen,execute,execp,execute,call,exec,"
         "process_exec,execl,forkexec,spawn,system}"),
        ("listens", 0.84, "*.{bind,listen}"),
        ("connects", 0.78, "*.{connect,request,request_uri,sendto,udp,tcp,resolve}"),
        ("uses a key", 0.8, "*.{verify,load_key,new_public,read_public_key,pubkey,from_pem}"),
        ("rights", 0.8, "*.{setuid,setgid,chmod,chown}"),
        ("deletes", 0.66, "os.{remove,rename,exit} *.{unlink,rmdir,kill}"),
        ("opens", 0.55, "io.{open,lines} *.{readfile,writefile}"),
        ("decodes", 0.66, "*.{unb64,decode_base64,b64decode,unhexlify,inflate,char} string.char"),
        ("asks about the machine", 0.55, "*.{hostname,uname,getuid}"),
        ("asks for time or place", 0.54, "os.{date,time,setlocale} *.{localtime}"),
        ("replaces", 0.55, "{setmetatable,require,rawset} os.getenv *.{register,node,entry}"),
        ("makes a digest", 0.5, "*.{md5,sha1,sha256,crypt,digest,crc32,sumhexa,sha1_bin}"),
    ),
}  # fmt: skip
ANSWERS = "answers"  # what a request can ask for: the first argument is a path
OPTION = "takes option"  # the first argument begins with a dash
ASKED = (
    (ANSWERS, 0.64, "*.{route,get,post,put,delete,all,patch,use,add_url_rule,add_route,add_get,"
     "add_post,add_api_route,websocket,handle,mount,entry,register,addRoute,api_route,match,map}"
     " {path,re_path,url,Route,Mount,entry,route,add_route,WebSocketRoute}"),
    (OPTION, 0.56, "*.{add_argument,add_option,option,requiredOption,flag,addOption,includes,"
     "indexOf,getopt} {option,getopt,in_array,hasFlag} getopt.{getopt,gnu_getopt} click.option"),
)  # fmt: skip
for _every in RULES:
    RULES[_every] += ASKED
NAMES = 1 << 15  # that are remembered: files of one product call the same functions
RULES["typescript"] = RULES["tsx"] = RULES["javascript"]
# What checks: its going is what a difference should show.
CHECKS = re.compile(
    r"(?i)(?:\w*_|is|assert|ensure|require|do)?(verif\w*|validat\w*|authenticat\w*|authori[sz]e\w*"
    r"|check_?(sign|pass|auth|perm|access|token|hash|sum|digest|crc|csrf|cert|admin|user|right|role"
    r"|origin|integrity)\w*|compare_digest|timing_?safe_?equal|hash_equals|permission\w*"
    r"|has_?(perm|access|role|right|scope)\w*|(login|auth|admin|csrf|permission|role|token|staff"
    r"|signature|superuser)_?required\w*|requires?_?(auth|login|admin|perm|role|token|sign|csrf)\w*"
    r"|is_?(admin|authenticated|authori[sz]ed|allowed|granted|valid|trusted|signed|superuser)\w*"
    r"|matches(_\w+)?|same_(hash|digest|sum)\w*|openssl_verify|checkpw|current_user_can|wp_verify_nonce|ensure_?(logged|auth)\w*"
    r"|getsp|check|allowed?|may|can|enforce\w*|raise_for_status)"
)


@functools.lru_cache(NAMES)
def checks(name: str) -> bool:
    """Whether a function of this name checks something."""
    return CHECKS.fullmatch(name) is not None


@functools.cache
def rules(language: str) -> dict[str, tuple[Rule, ...]]:
    """The rules of a language by the last name that is called."""
    found: dict[str, list[Rule]] = {}
    for kind, weight, text in RULES.get(language, ()):
        for owner, name in _spelled(text):
            found.setdefault(name, []).append((owner, name, kind, weight))
    return {name: tuple(every) for name, every in found.items()}


def _spelled(text: str) -> Iterator[tuple[str, str]]:
    for word in re.findall(r"(?:\{[^}]*\}|[^\s{}])+", text):
        parts = re.fullmatch(r"(?:(.*)\.)?(\{[^}]*\}|[^.{}]+)", word)
        if parts is None:
            raise ValueError(f"rule {word!r}")
        for owner in _several(parts[1] or ""):
            for name in _several(parts[2]):
                yield owner, name


def _several(text: str) -> list[str]:
    return [t.strip() for t in text[1:-1].split(",")] if text[:1] == "{" else [text]


def matching(language: str, ref: str) -> Rule | None:
    """The rule that a dotted name falls under."""
    owner, _, name = ref.replace("()", "").rpartition(".")
    for rule in rules(language).get(name, ()):
        said = rule[0]
        if said == owner or (said == "*" and owner) or owner.endswith(f".{said}"):
            return rule
    return None
