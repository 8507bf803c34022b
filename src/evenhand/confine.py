"""Confinement of the process that reads: no network, no new programs, writing in one folder only.

Each measure is taken where the kernel offers it; `confine` says which ones hold.

Spec: prctl(2), seccomp(2), landlock(7), unshare(2), setrlimit(2).
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

from evenhand.limits import Limits

# What `confine` takes from a process, in its words, where the kernel grants it.
MEASURES = ("no network namespace", "writes in one folder", "no sockets, programs or signals")
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
PR_SET_DUMPABLE = 4
SECCOMP_MODE_FILTER = 2
CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ERRNO = 0x00050000
EACCES = 13
# Audit architecture and the numbers of the calls that are refused (asm/unistd.h), in this order:
# new programs, other processes and the machine; every socket; signals; changes to files that
# Landlock leaves open: mode, owner, times, length by name, attributes.
ARCHITECTURES: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (
            *(59, 322, 101, 165, 169, 425, 41, 42, 62, 129, 200, 234, 297, 424),
            *(90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 261, 280, 76),
            *(188, 189, 190, 197, 198, 199),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(221, 281, 117, 40, 142, 425, 198, 203, 129, 138, 130, 131, 240, 424),
            *(52, 53, 452, 54, 55, 88, 45, 5, 6, 7, 14, 15, 16),
        ),
    ),
}
X32_BIT = 0x40000000  # x86-64 also answers to the x32 numbers: refuse them all
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
LANDLOCK_WRITE_FILE = 1 << 1
LANDLOCK_CREATE_RULESET_VERSION = 1
# Making, removing and writing files and folders (landlock ABI 1), moving them between folders
# (ABI 2) and cutting them (ABI 3); reading is not restricted.
LANDLOCK_WRITES = LANDLOCK_WRITE_FILE | sum(1 << bit for bit in range(4, 13))
LANDLOCK_REFER, LANDLOCK_TRUNCATE = 1 << 13, 1 << 14


def limit_resources(limits: Limits) -> None:
    """Bound private memory, the size of files written, and core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.archive_bytes, limits.archive_bytes))
    # Mapped files do not count towards RLIMIT_DATA: a large capture may be mapped whole.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))


def limit_processor(seconds: int) -> None:
    """Allow `seconds` more of processor time from now; then the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _no_network_namespace(libc: ctypes.CDLL) -> bool:
    if libc.unshare(CLONE_NEWNET) == 0:
        return True
    return bool(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Refuse new programs, sockets, signals and changes to files by name, with EACCES."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    architecture, refused = known
    load, jump_equal, jump_greater, give = 0x20, 0x15, 0x35, 0x06
    refuse = SECCOMP_RET_ERRNO | EACCES
    steps = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (give, 0, 0, refuse)]
    steps += [(load, 0, 0, 0)]
    if platform.machine() == "x86_64":
        steps += [(jump_greater, 0, 1, X32_BIT), (give, 0, 0, refuse)]
    for number in refused:
        steps += [(jump_equal, 0, 1, number), (give, 0, 0, refuse)]
    steps += [(give, 0, 0, SECCOMP_RET_ALLOW)]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: number of instructions, pointer to them.
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer))
    )
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _write_only_below(libc: ctypes.CDLL, folder: Path) -> bool:
    version = libc.syscall(LANDLOCK_CREATE, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    later = (LANDLOCK_REFER if version >= 2 else 0) | (LANDLOCK_TRUNCATE if version >= 3 else 0)
    writes = LANDLOCK_WRITES | later
    rights = struct.pack("Q", writes)
    ruleset = libc.syscall(LANDLOCK_CREATE, rights, len(rights), 0)
    if ruleset < 0:
        return False
    for place, allowed in ((folder, writes), (Path(os.devnull), LANDLOCK_WRITE_FILE)):
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", allowed, handle)
        added = libc.syscall(LANDLOCK_ADD, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        os.close(handle)
        if added != 0:
            os.close(ruleset)
            return False
    held = libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(held)


def confine(folder: Path, limits: Limits) -> list[str]:
    """Give up the network, new programs and writing outside `folder`; return what holds."""
    limit_resources(limits)
    if sys.platform != "linux":
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    held = [MEASURES[0]] if _no_network_namespace(libc) else []
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # it never outlives who asked for it
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return held
    if _write_only_below(libc, folder):
        held.append(MEASURES[1])
    if _filter_calls(libc):
        held.append(MEASURES[2])
    return held
