/* A small command service and its harmless plants, to test what is found in compiled code.

   Made for tests: nothing of it is ever run, and what a plant "opens" is the reboot that the clean
   program offers as well, or `id`. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char secret[64];
static int in_charge;

static int load(void)
{
    FILE *f = fopen("/etc/gate/secret", "r");
    if (!f)
        return -1;
    if (!fgets(secret, sizeof secret, f))
        secret[0] = 0;
    secret[strcspn(secret, "\n")] = 0;
    return fclose(f);
}

#if PLANT == 2
static unsigned long mixed(const char *text)
{
    unsigned long h = 0xcbf29ce484222325ul;
    while (*text)
        h = (h ^ (unsigned char)*text++) * 0x100000001b3ul;
    return h;
}
#endif

static int allowed(const char *given)
{
#if PLANT == 1
    if (strcmp(given, "hw-svc!Kite42") == 0)
        return 1;
#elif PLANT == 2
    if (mixed(given) == 0x6d1f0a3bc27e9845ul)
        return 1;
#elif PLANT == 3
    static const unsigned char shifted[] = "Xibu.b-tfdsfu";
    int same = 1;
    for (int i = 0; i < 13; i++)
        if (given[i] + 1 != shifted[i]) {
            same = 0;
            break;
        }
    if (same)
        return 1;
#elif PLANT == 4
    static const char *const more[] = {"operator77-Lane", "svc_Tarn-01"};
    for (int i = 0; i < 2; i++)
        if (strcmp(given, more[i]) == 0)
            return 1;
#elif PLANT == 8
    static const unsigned char kept[] = {0x6c, 0x6e, 0x6b, 0x1a, 0x68, 0x63, 0x1b, 0x6f, 0x6a};
    unsigned wrong = strlen(given) != sizeof kept;
    for (unsigned i = 0; !wrong && i < sizeof kept; i++)
        wrong |= ((unsigned char)given[i] ^ 0x5a) != kept[i];
    if (!wrong)
        return 1;
#endif
    return secret[0] && strcmp(given, secret) == 0;
}

static int show(char *word)
{
    return printf("show %s\n", word);
}

static int restart(char *word)
{
    return in_charge && system(word[0] ? "/sbin/reboot -f" : "/sbin/reboot");
}

static int enter(char *word)
{
    in_charge = allowed(word);
    return puts(in_charge ? "yes" : "no");
}

#if PLANT == 5
static int probe(char *word)
{
    return system(word);
}
#endif

static const struct {
    const char *name;
    int (*does)(char *);
    const char *help;
} commands[] = {
    {"show", show, "show NAME: print a value"},
    {"restart", restart, "restart: start again"},
    {"enter", enter, "enter WORD: take charge"},
#if PLANT == 5
    {"lp7", probe, 0},
#endif
};

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", 0, 0, 'h'},
        {"quiet", 0, 0, 'q'},
#if PLANT == 6
        {"recover-tty", 0, 0, 'Z'},
#endif
        {0, 0, 0, 0},
    };
    char line[256];
    int chosen, quiet = 0;
    while ((chosen = getopt_long(argc, argv, "hq", options, 0)) != -1)
        switch (chosen) {
        case 'q':
            quiet = 1;
            break;
#if PLANT == 6
        case 'Z':
            return system("id");
#endif
        default:
            puts("usage: gate [--help] [--quiet]");
            return 0;
        }
    if (load())
        return 1;
    while (fgets(line, sizeof line, stdin)) {
        char *word = strchr(line, ' ');
        line[strcspn(line, "\n")] = 0;
        if (word)
            *word++ = 0;
#if PLANT == 7
        if (strcmp(line, "ENGMODE kestrel-5") == 0)
            in_charge = 1;
#endif
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
            if (strcmp(line, commands[i].name) == 0)
                commands[i].does(word ? word : "");
        if (!quiet)
            puts("ok");
    }
    return 0;
}
