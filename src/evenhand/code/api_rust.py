"""Rust's standard library and the crates that build scripts use: what brings in, sends, runs.

Spec: std 1.85 (env, fs, net, process); documentation of ureq, reqwest, minreq, attohttpc, base64.
"""

from __future__ import annotations

from evenhand.code.api import Api

_CLIENTS = r"(ureq|reqwest|minreq|attohttpc|isahc|curl|hyper|surf|http_req|tungstenite)"
RUST_API = Api(
    "rust",
    {
        "run": r"spawn_command|(.*\.)?Command\.new|xshell\.cmd",
        "listen": r"(std\.net\.)?(TcpListener|UdpSocket)\.bind",
        "net": r"((std|tokio)\.net\.)?(TcpStream|UdpSocket)(\.connect\(\))?(\..*)?\.(connect"
        r"|connect_timeout|write|write_all|send|send_to)"
        rf"|{_CLIENTS}(\..*)?\.(get|post|put|patch|send_string|send_json|send_bytes|send_form"
        r"|body|json|form|query|with_body|with_json|url|post_fields_copy|connect)"
        r"|.*\.to_socket_addrs|(std\.net\.)?ToSocketAddrs\..*",
        "write": r"(std\.)?fs\.write|.*\.(write_all|write)|std\.os\.unix\.fs\.symlink",
        "copy": r"(std\.)?fs\.(copy|rename|hard_link)|(std\.)?io\.copy",
        "read": r"(std\.)?fs\.(read|read_to_string|read_dir|File\.open|File\.create)"
        r"|File\.(open|create)",
        "delete": r"(std\.)?fs\.(remove_file|remove_dir|remove_dir_all)",
        "stop": r"(std\.)?process\.(exit|abort)|panic",
        "chmod": r"(std\.)?fs\.set_permissions|.*\.set_permissions",
        "load": r"libloading\.(Library\.)?new",
    },
    (
        (r"(std\.)?env\.vars(_os)?(\(\))?", "environment", "all environment variables"),
        (r"(std\.)?env\.args(_os)?(\(\))?", "argv", "its arguments"),
        (r"(hostname|gethostname|whoami)\.(get|gethostname|username|hostname|fallible\..*)(\(\))?",
         "host", ""),
        (r"(chrono\.)?(Local|Utc)\.now|(std\.time\.)?SystemTime\.now", "clock", "the date"),
    ),
    {
        "base64.decode": "base64", "hex.decode": "hex", "String.from": "text",
        "Some": "text", "Ok": "text", "Box.new": "text", "PathBuf.from": "text",
        "std.path.PathBuf.from": "text", "std.path.Path.new": "text", "Path.new": "text",
    },
    {"rev": "reverse"},
    ("write", "write_all", "send"),
    (),
    "",
    r"(std\.)?env\.var(_os)?|env|option_env",
    entry="main",
)  # fmt: skip
