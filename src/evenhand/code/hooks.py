"""What frameworks hand to the functions that they call, and what these are called: a table.

A handler's parameters have no origin in its own file. What they hold is told by the names of the
parts that frameworks give to a request, by what a function is registered with, by the class that
it is a method of, and by how its parameters are declared.

Spec: documentation of Django, REST framework, Ninja, Channels, Flask, Quart, Bottle, FastAPI,
Starlette, Litestar, aiohttp, Tornado, Sanic, Falcon, Pyramid, Celery, Dramatiq, RQ, Huey, Click,
Typer, SQLAlchemy, gRPC, websockets, Airflow, Jupyter Server, keyring; Express, Connect, Koa,
Fastify, Hapi, Hono, Elysia, Nest, Next.js, Remix, React Router, SvelteKit, Astro, Nuxt, tRPC,
Apollo Server, Passport, Lucia, Electron, WebExtensions, Visual Studio Code, Socket.IO, BullMQ,
Prisma, Mongoose, Sequelize, TypeORM, AWS Lambda, Cloudflare Workers.
"""

from __future__ import annotations

import re

# Parts of what is handed to a handler, by the names under which frameworks keep them.
PARTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("cookie", r"(?i)(request_|signed|unsigned|parse|use)?_?cookies?(_?params|Store)?"
                   r"|getCookies?"
                   r"|get_(secure|signed)_cookie|get_cookie"),
        ("header", r"(raw|request|incoming|get|use|signed)?_?[hH]eaders?(s?Raw|Distinct)?|META"
                   r"|get_header"
                   r"|getRequestHeaders?|(invocation_|client_|call_)?[mM]etadata"
                   r"|[mM]ultiValueHeaders"
                   r"|[xX]-[\w-]+|accept_(?:languages|mimetypes)|HEADERS|rawHeaders|environ"
                   r"|responseHeaders|requestHeaders"
                   r"|handshake"),
        ("query", r"get_param\w*|getParam\w*|query(_params|_string|_arguments?|string"
                  r"|StringParameters|Params)?"
                  r"|searchParams|args"
                  r"|GET|get_query_arguments?|getQuery|get_arguments?|getValidatedQuery|QUERY"
                  r"|rawQuery"
                  r"|path_params|match_info|params|view_args|kwargs|pathParameters"
                  r"|getRouterParams?|search"),
        ("body", r"(request_|raw|parsed|read|raw_)?_?[bB]ody(_arguments?)?|form(_data|Data)?|POST"
                 r"|json|get_json"
                 r"|readBody|readFormData|payload|rawInput|media|get_body_arguments?|get_media"
                 r"|files"
                 r"|getMessage|only|post|cleaned_data|validated_data|variables|where|DATA|text"
                 r"|dag_run|conf"
                 r"|blob"
                 r"|readValidatedBody"),
        ("address", r"(?i)remote_?(addr(ess)?|ip|host)|client(_?(ip|addr|host|address))?|ips?"
                    r"|peer(name)?"
                    r"|get(peername|ClientAddress|RequestIP)|x_?real_?ip|REMOTE_HOST|ip_?address"
                    r"|sourceIp"),
        ("path", r"(?i)path(name|_?info)?|full_?path|(original|base|raw|next)?_?url"
                 r"|route(r_?path)?|uri|endpoint"),
        ("method", r"(?i)(http_?)?method|request_?method"),
        ("login", r"(?i)auth(orization|_?data)?|passw(or)?d|pwd|passcode|passphrase|credentials?"
                  r"|userPass|basic_?auth"),
        ("account", r"(?i)e?_?mail(_?address)?|user_?name|login|user_?principal_?name|handle"
                    r"|display_?name|nick(name)?|preferred_username|upn"),
    )
)  # fmt: skip
# Parts that hardly stand in anything but a request, whatever the parameter is called.
SURE = re.compile(
    r"COOKIES|META|cleaned_data|validated_data|POST|GET|cookies|headers|query_params|searchParams"
    r"|request|req|query_string"
    r"|nextUrl|[xX]-[\w-]+|accept_languages"
    r"|rawHeaders|requestHeaders|invocation_metadata|queryStringParameters|handshake|match_info"
    r"|header"
    r"|signedCookies|getHeader|get_json|formData|get_argument|remoteAddress|remote_addr|rawInput"
    r"|query"
)
# What requests, connections and events are called where they are handed over.
ROOTS = re.compile(
    r"_?(?:request|req|http_?request|ctx|context|c|conn|connection|socket|ws|websocket|event|evt"
    r"|ev|e|scope"
    r"|environ|info|rc|r|call|handler|client|handler_call_details|call_details|opts|options|args"
    r"|data|msg"
    r"|auth_data|creds?|credentials|form|login_data|token|profile|user|principal|member|account"
    r"|claims"
    r"|identity"
    r"|entity|obj|instance|target|record|flow|message|m|job|task|payload|body|input|session"
    r"|interaction|update|packet|frame|rawInput"
    r"|raw_input|details)"
)
# What a module has of its own accord, and not as a parameter.
GLOBAL = re.compile(r"(?:\w+\.)*(?:request|websocket|bottle\.request)")
# Results and own settings, which nobody sends.
NOT_SENT = re.compile(
    r"(?i)_?(?:res|resp|response|reply|result|config|settings|cfg|conf|env|process|module|app"
    r"|fastify|schema"
    r"|model|axios|fetch|client_?config|logger|console|document|window|navigator|location)"
)
# Functions of frameworks that take a part of a request which they are given, or know.
HELPERS: dict[str, str] = {
    "getHeader": "header", "getRequestHeader": "header", "getHeaders": "header",
    "getCookie": "cookie",
    "getRequestHeaders": "header", "getSignedCookie": "cookie", "parseCookies": "cookie",
    "parseCookie": "cookie", "getQuery": "query", "getValidatedQuery": "query", "readBody": "body",
    "readValidatedBody": "body", "readFormData": "body", "getRequestIP": "address",
    "getRouterParam": "query", "getRouterParams": "query", "headers": "header", "cookies": "cookie",
    "get_unverified_header": "header", "decodeProtectedHeader": "header",
    "getConnInfo": "address", "getClientAddress": "address",
    "get_authorization_scheme_param": "login",
    "get_authorization_header": "login", "getRemoteAddress": "address", "useCookie": "cookie",
}  # fmt: skip
# What takes one part by its name, whatever it is called on.
TAKES = re.compile(
    r"get_param\w*|getParam\w*|get(One|All|list|_?header|_argument|_query_arguments?"
    r"|_body_arguments?|_(secure"
    r"|signed)_cookie|_cookie|_all"
    r"|_?metadata)?|header|param|query|cookies?|input|item|at|find|pop|Header|value|fetch"
)
# What a call is given is a handler: the roles of its parameters (`-` for what nobody sends).
REGISTERED: dict[str, str] = {
    # Passport and others that ask who somebody is
    "Strategy": "account login", "LocalStrategy": "account login", "BasicStrategy": "account login",
    "BearerStrategy": "login", "JwtStrategy": "login", "CustomStrategy": "request",
    "deserializeUser": "login", "authorize": "login", "authorizer": "account login",
    "basicAuth": "account login",
    "authenticate": "account login", "bearerAuth": "login", "verifyToken": "login",
    "verifyPassword": "login",
    # events of pages, extensions, windows, editors, queues, sockets
    "addListener": "message request", "addEventListener": "message",
    "ipcMain": "- message message message",
    "handle": "- message message message", "handleOnce": "- message message message",
    "registerCommand": "argument argument", "registerUriHandler": "message",
    "on": "message message message",
    "once": "message message", "onMessage": "message", "subscribe": "message message",
    "consume": "message",
    "Worker": "message", "process": "argument", "define": "argument", "each": "argument",
    "registerTool": "argument", "tool": "argument", "setRequestHandler": "message",
    "action": "argument argument",
    "createFunction": "message",
    # records that are written or read
    "pre": "record", "post": "record", "addHook": "request", "beforeCreate": "record",
    "beforeUpdate": "record", "beforeSave": "record", "beforeValidate": "record", "$use": "record",
    "listens_for": "- - record", "listen": "- - record", "connect": "record",
    "resolver": "- message", "query": "message", "mutation": "message", "input": "message",
    "procedure": "message",
}  # fmt: skip
# Decorators of handlers: what their parameters hold, `record` for what is stored, a `*` for each.
DECORATED: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern), roles)
    for pattern, roles in (
        (rb"listens_for\([^)]*flush", "record"),
        (rb"@[\w.]*(?:listens_for)\(", "- - record"),
        (rb"@(?:[\w.]*\.)?(?:receiver|pre_save|post_save|connect)\b", "record"),
        (rb"@[\w.]*(?:validates|field_validator|validator|model_validator"
         rb"|root_validator)\b", "message"),
        (rb"@[\w.]*\b(?:shared_task|task|actor|job|periodic_task|db_task|subscriber|handler|flow"
         rb"|activity)\b",
         "argument"),
        (rb"@[\w.]*\b(?:command|group|callback|cli|arg|tool|resource|prompt)\b", "argument"),
        (rb"@[\w.]*\b(?:method|rpc|query|mutation|field|subscription|on"
         rb"|event|message)\b",
         "message"),
        (rb"@[\w.]*\b(?:get|post|put|patch|delete|route|api_route|websocket|view|api_view"
         rb"|get_mapping)\(",
         "message"),
        (rb"@[\w.]*\b(?:verify_password|user_loader|request_loader|token_loader|verify_token"
         rb"|get_password"
         rb"|auth_required|authenticate|token_auth|user_lookup_loader)\b", "login"),
    )
)  # fmt: skip
# Methods by which frameworks ask: the roles of their parameters after self, or the request.
METHODS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), roles)
    for pattern, roles in (
        (r"(exposed|rpc|remote|xmlrpc|jsonrpc|ws)_\w+", "message message message"),
        (r"(handle|cmd|command)_\w+", "argument argument"),
        (r"process_(response|item|spider_\w+)|http_response|on_response", "request message"),
        (r"resolve_\w+|mutate", "- message message message message"),
        (r"authenticate(_credentials|_user|_header|_request)?", "request login login"),
        (r"check_?[pP]asswo?r?d\w*|verify_?[pP]asswo?r?d?\w*|verify|(?:check|verify|compare|match"
         r"|validate)\w*[pP]ass\w*|is_correct_password"
         r"|passwordVerify",
         "login login"),
        (r"validate_?(user|token|password|credentials|api_?key|login|request)\w*|validate(User"
         r"|Token|Request)?",
         "login login"),
        (r"(get|set)_password|get_credential|set_credential", "account account login"),
        (r"receive(_json|_text|_bytes)?|on_?[mM]essage|data_?[rR]eceived|handle_?([mM]essage"
         r"|[cC]onnection|Request"
         r"|Uri|Event)|lineReceived", "message"),
        (r"(before|after)(Insert|Update|Save|Create|Load)|pre_save|clean(_\w+)?|to_internal_value"
         r"|perform_create"
         r"|(before|after)_(insert|update|flush)|save", "record"),
        (r"(find|create|update|upsert|delete|query|count|aggregate)(First|Unique|Many|OrThrow)*"
         r"|\$allOperations",
         "record"),
        (r"can_?[aA]ctivate\w*|has_?(object_)?[pP]ermission|is_?(accessible|authorized|allowed)"
         r"|canLoad|authorize"
         r"|allow_?[rR]equest|get_?[iI]dentity|identity|get_user|getUser|test_func|dispatch"
         r"|process_(request|view)|intercept\w*|get_current_user"
         r"|prepare", "request"),
    )
)  # fmt: skip
# How a parameter says where it comes from: defaults and annotations, decorators of Nest.
DECLARED: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern), role)
    for pattern, role in (
        (rb"\b(?:Header|HeaderX)\s*\(|@Headers?\(", "header"),
        (rb"\b(?:Cookie|CookieX)\s*\(|@Cookies?\(", "cookie"),
        (rb"\b(?:Query|Path|QueryX)\s*\(|@(?:Query|Param)\(|Option\(|Argument\(", "query"),
        (rb"\b(?:Body|Form|File|BodyEx)\s*\(|@(?:Body|MessageBody|Payload|Args)\("
         rb"|:\s*(?:\w*Schema|FormData)\b", "body"),
        (rb"@(?:Ip|HostParam)\(", "address"),
        (rb"@Req(?:uest)?\(|:\s*(?:\w+\.)?(?:Http)?(?:Next|Fastify|Express)?(?:Request|Connection"
         rb"|WebSocket)\b"
         rb"|:\s*ASGIConnection\b|:\s*HTTPConnection\b|:\s*RequestEvent\b", "request"),
        (rb"HTTPAuthorizationCredentials|HTTPBasicCredentials|OAuth2PasswordRequestForm"
         rb"|Security\(|Depends\(\s*\w*(?:oauth|bearer|token|api_key|scheme)\w*\s*\)", "login"),
    )
)  # fmt: skip
