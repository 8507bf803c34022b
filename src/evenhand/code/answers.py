"""Functions that only answer whether a signature, a digest or a password is right, by their names.

Who does not look at what they answer has checked nothing. One list: a name added here is looked for
in every file, and asked about wherever an answer may count for nothing.

Spec: CWE-347 (improper verification of a signature), CWE-252 (unchecked return value).
"""

from __future__ import annotations

import re

from evenhand.code.screen import pattern

NAMES = (
    r"compare_digest|constant_time_compare|timingSafeEqual|hash_equals|compareSync|checkpw"
    r"|password_verify|check_password_hash|openssl_verify|ed25519_verify|verify_file|matches"
    r"|(?:sodium_)?crypto_sign_verify_detached|is_?(?:signed|authentic|trusted|verified)\w*"
    r"|\w*(?:sig|signature|digest|checksum|hash|hmac|mac)_?(?:is_?)?(?:ok|valid|matches)"
    r"|(?:check|verify)_?(?:sig|signature|digest|checksum|hash|mac|hmac)\w*"
)
ANSWERS = re.compile(f"(?i){NAMES}")
ASKED = re.compile(f"(?i){NAMES}|verify")  # names of what may fail by an error as well
CALLED = pattern(rf"(?i)(?:{NAMES})\s*\(".encode())
