"""What functions of libraries can do: the ones that a way in has to end in, and that input is from.

Spec: POSIX.1-2017 (system interfaces); Linux man-pages 6; Linux-PAM application interface.
"""

from __future__ import annotations


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


_NAMES = {
    # weight of an effect, and its functions
    "runs a command": (
        "system popen wordexp execl execlp execle execv execve execvp execvpe execveat fexecve "
        "posix_spawn posix_spawnp g_spawn_command_line_sync g_spawn_async g_spawn_sync "
        "pam_modutil_sanitize_helper_fds"
    ),
    "loads code": "dlopen dlmopen mprotect memfd_create init_module finit_module ptrace",
    "changes privileges": (
        "setuid seteuid setreuid setresuid setgid setegid setregid setresgid setgroups initgroups "
        "cap_set_proc capset setfsuid"
    ),
    "authenticates": (
        "crypt crypt_r pam_authenticate pam_get_authtok pam_acct_mgmt pam_set_item getspnam "
        "getspnam_r pam_get_user getpass checkpass userauth pam_open_session"
    ),
    "changes files": (
        "unlink unlinkat chmod fchmod fchmodat chown fchown lchown rename truncate ftruncate "
        "remove rmdir mount umount umount2 chroot reboot kill"
    ),
    "uses the network": (
        "socket connect bind listen accept accept4 send sendto sendmsg SSL_write BIO_do_connect "
        "curl_easy_perform gethostbyname getaddrinfo SSL_connect"
    ),
    "opens files": "open open64 openat fopen fopen64 creat opendir readlink sendfile fdopen",
    "encrypts": (
        "RSA_public_encrypt EVP_PKEY_encrypt EVP_SealInit EVP_EncryptInit_ex EVP_EncryptUpdate "
        "crypto_box_seal crypto_box_easy AES_set_encrypt_key gcry_pk_encrypt mbedtls_pk_encrypt "
        "mbedtls_rsa_pkcs1_encrypt PKCS7_encrypt CMS_encrypt PEM_read_bio_PUBKEY d2i_PUBKEY "
        "d2i_RSAPublicKey PEM_read_bio_RSA_PUBKEY"
    ),
    "writes": "write fwrite fputs puts printf fprintf dprintf __printf_chk __fprintf_chk putenv "
    "setenv memcpy strcpy syslog __syslog_chk vprintf __dprintf_chk",
}  # fmt: skip
KINDS: dict[str, str] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
WEIGHT = {
    "runs a command": 1.0,
    "loads code": 0.85,
    "changes privileges": 0.9,
    "authenticates": 0.6,
    "changes files": 0.6,
    "uses the network": 0.5,
    "opens files": 0.45,
    "encrypts": 0.5,
    "writes": 0.25,
}
SHELL = frozenset(_NAMES["runs a command"].split()) - {"pam_modutil_sanitize_helper_fds"}
WHOLE_COMMAND = {"system": 0, "popen": 0, "wordexp": 0, "g_spawn_command_line_sync": 0}
EXECUTE = frozenset(n for n in SHELL if n.startswith(("exec", "posix_spawn", "fexec")))

# Comparators: name → argument that holds the length, or -1; equal is 0, or for some not 0.
COMPARATORS: dict[str, int] = {
    **dict.fromkeys(words(
    "strcmp strcasecmp strcoll g_strcmp0 wcscmp __strcasecmp_l strverscmp"
), -1),
    **dict.fromkeys(words(
    "strncmp strncasecmp memcmp bcmp timingsafe_bcmp wcsncmp __memcmpeq CRYPTO_memcmp "
    "sodium_memcmp g_ascii_strncasecmp wmemcmp"
), 2),
    "g_ascii_strcasecmp": -1,
    **dict.fromkeys(words(
    "g_str_equal strstr strcasestr g_str_has_prefix g_str_has_suffix fnmatch"
), -1),
    "memmem": 3,
}  # fmt: skip
EQUAL_IS_TRUE = frozenset(words(
    "g_str_equal strstr strcasestr g_str_has_prefix g_str_has_suffix memmem "
    "sodium_memcmp_equal"
))  # fmt: skip

# What tells that a file or a variable is there: name → whether it gives 0 then.
PRESENT = {"access": True, "faccessat": True, "stat": True, "stat64": True, "lstat": True,
           "getenv": False, "secure_getenv": False}  # fmt: skip

# Input: name → argument that is filled, or -1 where it is the result.
FILLS: dict[str, int] = {
    "recv": 1, "recvfrom": 1, "read": 1, "fgets": 0, "getline": 0, "fread": 0, "recvmsg": 1,
    "gets": 0, "SSL_read": 1, "BIO_read": 1, "scanf": 1, "fscanf": 2, "__isoc99_scanf": 1,
    "__isoc99_fscanf": 2, "getdelim": 0, "__read_chk": 1, "__recv_chk": 1, "__fgets_chk": 0,
    "__isoc23_scanf": 1, "__isoc23_fscanf": 2, "fgets_unlocked": 0, "pam_get_authtok": 2,
    "pam_get_user": 1, "pam_prompt": 2, "pam_get_item": 2, "readlink": 1, "gethostname": 0,
}  # fmt: skip
GIVES = frozenset(
    words(
        "getenv secure_getenv getpass getlogin readline getpwnam getpwuid getspnam crypt "
        "crypt_r setlocale nl_langinfo fgetc getc getchar SSL_get_peer_certificate"
    )
)
# What input may be believed to come from somebody outside: socket, file, prompt, PAM.
OUTSIDE = frozenset(FILLS) - {"readlink", "gethostname"} | {
    "getpass", "readline", "fgetc", "getc", "getchar", "argv",
}  # fmt: skip
COPIES: dict[str, tuple[int, int]] = {  # name → (filled, from)
    "strcpy": (0, 1), "strncpy": (0, 1), "memcpy": (0, 1), "__strcpy_chk": (0, 1),
    "__strncpy_chk": (0, 1), "__memcpy_chk": (0, 1), "memmove": (0, 1), "strlcpy": (0, 1),
    "sscanf": (2, 0), "__isoc99_sscanf": (2, 0), "__isoc23_sscanf": (2, 0), "strcat": (0, 1),
}  # fmt: skip
PASSES = frozenset(  # the result points into, or is a copy of, the first argument
    words(
        "strtok strchr strrchr strdup strndup strpbrk strstr strtrim index rindex strtok_r "
        "__strdup xstrdup strsep memchr rawmemchr __rawmemchr strchrnul"
    )
)
NUMBERS = frozenset(words("strtol strtoul atoi atol strtoll strtoull __isoc23_strtol"))
BUILDS: dict[str, int] = {  # writes a text made at run time into this argument
    "sprintf": 0, "snprintf": 0, "__sprintf_chk": 0, "__snprintf_chk": 0, "strcat": 0,
    "strncat": 0, "__strcat_chk": 0, "__strncat_chk": 0, "asprintf": 0, "__asprintf_chk": 0,
    "vsnprintf": 0, "__vsnprintf_chk": 0,
}  # fmt: skip
VERIFIES = frozenset(
    words(
        "EVP_VerifyFinal EVP_DigestVerify EVP_DigestVerifyFinal EVP_PKEY_verify RSA_verify "
        "ECDSA_verify DSA_verify X509_verify X509_verify_cert CMS_verify PKCS7_verify "
        "crypto_sign_verify_detached crypto_sign_open crypto_secretbox_open_easy "
        "crypto_box_open_easy gnutls_pubkey_verify_data2 gcry_pk_verify mbedtls_pk_verify "
        "mbedtls_rsa_pkcs1_verify mbedtls_x509_crt_verify wc_ed25519_verify_msg"
    )
)
WHERE = {  # behaviour that depends on who runs it, when and where
    "getuid": "user id", "geteuid": "user id", "getlogin": "user name", "setlocale": "locale",
    "nl_langinfo": "locale", "time": "time", "localtime": "time zone", "localtime_r": "time zone",
    "tzset": "time zone", "gethostname": "host name", "getpwuid": "user name",
    "newlocale": "locale", "uname": "host name", "gettimeofday": "time", "getgid": "user id",
    "mktime": "time", "clock_gettime": "time",
}  # fmt: skip
_VARIABLES = {
    "locale": "LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES",
    "time zone": "TZ TZDIR",
    "user name": "LOGNAME SUDO_USER USER",
    "host name": "HOST HOSTNAME",
}
ENVIRONMENT = {name: what for what, names in _VARIABLES.items() for name in names.split()}
NO_RETURN = frozenset(
    words(
        "exit _exit abort __stack_chk_fail err errx __assert_fail verr verrx _Exit "
        "__fortify_fail pthread_exit __libc_start_main __longjmp_chk longjmp siglongjmp "
        "quick_exit usage"
    )
)


def kind_of(name: str) -> str | None:
    """What a function of a library can do, in a few words; None for most."""
    return KINDS.get(name)


def known(name: str) -> bool:
    """True for a function that anything is told of here."""
    return name in KINDS or name in COMPARATORS or name in FILLS or name in GIVES or name in COPIES
