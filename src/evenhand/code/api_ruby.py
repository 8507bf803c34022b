"""Ruby's libraries: which bring in, decode, send, run, write.

Spec: Ruby 3.4 standard library; documentation of RubyGems, mkmf, rake, httparty, faraday.
"""

from __future__ import annotations

from evenhand.code.api import Api

RUBY_API = Api(
    "ruby",
    {
        "exec": r"(Kernel\.)?(eval|load)|(.*\.)?(instance_eval|class_eval|module_eval)"
        r"|RubyVM\..*\.eval|binding\.eval|TOPLEVEL_BINDING\.eval",
        "run": r"(Kernel\.|Process\.|PTY\.|IO\.|Open3\.)?(system|spawn|exec|popen|popen2|popen3"
        r"|capture2|capture2e|capture3|pipeline|xsystem|sh)",
        "listen": r"(TCPServer|UDPSocket|UNIXServer|WEBrick\..*)\.(new|open|bind)",
        "net": r"URI(\(\))?(\.parse\(\))?\.(open|read|open_uri)|OpenURI\.open_uri"
        r"|Net\.(HTTP|HTTPS|FTP|SMTP|SSH|SCP)(\(\))?(\..*)?\.(get|get_response|post|post_form|start"
        r"|new|request|put|patch|send_request|send_message|upload!?|getbinaryfile|body=)"
        r"|(TCPSocket|UDPSocket|Socket|OpenSSL\.SSL\.SSLSocket)(\(\))?(\..*)?\.(new|open|tcp|connect"
        r"|write|puts|print|send|syswrite)|Resolv(\..*)?\.(getaddress|getaddresses|getresources)"
        r"|(Addrinfo|IPSocket)\.(getaddrinfo|getaddress)"
        r"|(HTTParty|RestClient|Faraday|Excon|HTTP|Typhoeus|HTTPClient)(\(\))?(\..*)?\.(get|post|put"
        r"|new|request|body|execute)",
        "write": r"(File|IO)\.(write|binwrite)|.*\.(write|syswrite)|File\.symlink",
        "copy": r"FileUtils\.(cp|mv|ln_s|ln|copy|copy_file|move|install|cp_r)|File\.rename"
        r"|IO\.copy_stream",
        "read": r"(File|IO)\.(read|binread|readlines|open|new|foreach)|(Kernel\.)?open"
        r"|YAML\.(unsafe_)?load_file|Pathname\.new|Pathname",
        "delete": r"FileUtils\.rm\w*|File\.(delete|unlink)|Dir\.rmdir",
        "stop": r"exit!?|abort|Kernel\.(exit!?|abort)|Process\.exit!?",
        "chmod": r"FileUtils\.chmod\w*|File\.chmod",
        "load": r"Fiddle\.dlopen|require_relative",
    },
    (
        (r"Socket\.gethostname|Etc\.(getlogin|getpwuid|uname|nodename)(\(\))?", "host", ""),
        (r"RUBY_(PLATFORM|VERSION|ENGINE)|RbConfig\.CONFIG(\..*)?", "platform", ""),
        (r"Time\.now(\(\))?\.(zone|utc_offset)|I18n\.locale", "locale", ""),
        (r"Time\.now|Date\.today", "clock", "the date"),
        (r"ARGV", "argv", "its arguments"),
        (r"(\$stdin|STDIN)\.(read|gets)|gets", "stdin", "typed input"),
    ),
    {
        "Base64.decode64": "base64", "Base64.strict_decode64": "base64",
        "Base64.urlsafe_decode64": "base64", "Zlib.Inflate.inflate": "cipher",
        "Zlib.inflate": "cipher", "Zlib.gunzip": "cipher", "Marshal.load": "unmarshal",
        "File.join": "path", "File.expand_path": "text", "JSON.generate": "text", "URI": "text",
        "URI.parse": "text", "Array": "text", "String": "text", "Shellwords.escape": "text",
    },
    {"reverse": "reverse"},
    (),
    (),
    "ENV",
    r"ENV\.(fetch|values_at|dig)",
)  # fmt: skip
