/* Answers each line `FLAGS HEXPATTERN HEXTEXT` with the C library's word:
   ERR where regcomp refuses the pattern, NO where it does not match, otherwise
   the offsets of the match and of its groups. FLAGS holds i (REG_ICASE),
   n (REG_NEWLINE) or -; an empty text or pattern is written as -. SLOW is the
   last answer, where back-references would take it more than a second. */
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void late(int sig)
{
	(void)sig;
	(void)!write(STDOUT_FILENO, "SLOW\n", 5);
	_exit(0);
}

static void unhex(const char *from, char *to)
{
	unsigned c;

	for (; from[0] && from[1] && sscanf(from, "%2x", &c) == 1; from += 2)
		*to++ = (char)c;
	*to = 0;
}

int main(void)
{
	static char line[1 << 16], flags[8], hex[2][1 << 15], pattern[1 << 14], text[1 << 14];
	enum { MOST = 64 };

	signal(SIGALRM, late);
	while (fgets(line, sizeof line, stdin)) {
		regex_t re;
		regmatch_t m[MOST];

		if (sscanf(line, "%7s %32767s %32767s", flags, hex[0], hex[1]) != 3)
			return 1;
		unhex(hex[0], pattern);
		unhex(hex[1], text);
		alarm(1);
		if (regcomp(&re, pattern, REG_EXTENDED | (strchr(flags, 'i') ? REG_ICASE : 0) | (strchr(flags, 'n') ? REG_NEWLINE : 0))) {
			puts("ERR");
		} else {
			if (regexec(&re, text, MOST, m, 0)) {
				fputs("NO", stdout);
			} else {
				for (size_t i = 0; i <= re.re_nsub && i < MOST; i++)
					printf("%s%d,%d", i ? " " : "", (int)m[i].rm_so, (int)m[i].rm_eo);
			}
			putchar('\n');
			regfree(&re);
		}
		alarm(0);
		fflush(stdout);
	}
	return 0;
}
