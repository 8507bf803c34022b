"""PHP's functions: which bring data in, decode, send, run, write.

Spec: PHP manual 8.3, function reference.
"""

from __future__ import annotations

from evenhand.code.api import Api

PHP_API = Api(
    "php",
    {
        "exec": r"eval|assert|create_function|include|preg_replace_eval",
        "run": r"system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|expect_popen",
        "listen": r"socket_(listen|create_listen|accept)|stream_socket_server",
        "net": r"curl_(exec|setopt|setopt_array|init)|fsockopen|pfsockopen|stream_socket_client"
        r"|socket_(connect|send|sendto|write|recv|read)|mail|wp_remote_(get|post|request)"
         r"|get_headers"
        r"|gethostbyname|dns_get_record|ftp_put|(.*[cC]lient.*)\.(get|post|request|put)|http_get"
        r"|SoapClient",
        "write": r"file_put_contents|fwrite|fputs|symlink|link",
        "copy": r"copy|rename|move_uploaded_file",
        "read": r"file_get_contents|fopen|file|readfile|opendir|scandir|glob|SQLite3"
         r"|parse_ini_file",
        "delete": r"unlink|rmdir|array_map_unlink",
        "stop": r"exit|die",
        "chmod": r"chmod",
    },
    (
        (r"\$argv|\$_SERVER\.arg[vc]", "argv", "its arguments"),
        (r"\$_(GET|POST|REQUEST|COOKIE|FILES|SERVER)(\..*)?|getallheaders|apache_request_headers"
         r"|\$HTTP_RAW_POST_DATA|filter_input|php://input|\$request\.\w+|\$this\.request",
         "request",
         "a request"),
        (r"php_uname|gethostname|get_current_user|phpversion|getmyuid|php_sapi_name|phpinfo",
        "host",
         ""),
        (r"setlocale|date_default_timezone_get|Locale\.getDefault|locale_get_default"
         r"|locale_accept_from_http", "locale", ""),
        (r"time|date|strtotime|date_create", "clock", "the date"),
        (r"\$_ENV", "environment", "all environment variables"),
    ),
    {
        "base64_decode": "base64", "gzinflate": "deflate", "gzuncompress": "zlib",
        "gzdecode": "gzip", "str_rot13": "rot13", "strrev": "reverse", "hex2bin": "hex",
        "convert_uudecode": "cipher", "openssl_decrypt": "cipher", "urldecode": "url",
        "rawurldecode": "url", "bzdecompress": "bz2", "chr": "chars", "implode": "join",
        "join": "join", "trim": "text", "strval": "text", "stripslashes": "text",
        "json_encode": "text", "serialize": "text", "http_build_query": "text", "mcrypt_decrypt":
        "cipher", "array_reverse": "reverse", "pack": "cipher", "base64_encode": "text",
        "unserialize": "text", "htmlspecialchars_decode": "text", "str_replace": "swap",
    },
    {},
    ("curl_exec", "preg_replace", "curl_setopt", "curl_setopt_array", "curl_init", "wp_remote_get",
     "wp_remote_post",
     "socket_connect", "socket_send", "socket_write", "ftp_put", "request", "get", "post",
     "array_map", "array_walk", "call_user_func"),
    (),
    "$_ENV",
    r"getenv",
    "",
    "",
    calls_text=True,
)  # fmt: skip
