#include "protocols/ftp/ftp_text.h"

#include <stdio.h>
#include <string.h>

enum { EINVAL_ERROR = 22, ENAMETOOLONG_ERROR = 36 };
#define DIGITS "0123456789"
enum { TIME_BYTES = 14 };
enum { SECONDS_A_DAY = 86400, DAYS_TO_1970 = 719468, DAYS_IN_400_YEARS = 146097 };

struct date {
	unsigned year, month, day, hour, minute, second;
};

/* Years are counted from March, so that the leap day is a year's last. */
static struct date date_of(uint32_t seconds)
{
	const unsigned days = seconds / SECONDS_A_DAY + DAYS_TO_1970;
	const unsigned of_day = seconds % SECONDS_A_DAY;
	const unsigned era = days / DAYS_IN_400_YEARS;
	const unsigned of_era = days % DAYS_IN_400_YEARS;
	const unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_IN_400_YEARS - 1)) / 365;
	const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
	const unsigned march_month = (5 * of_year + 2) / 153;
	const unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;

	return (struct date){
		.year = era * 400 + year + (month <= 2),
		.month = month,
		.day = of_year - (153 * march_month + 2) / 5 + 1,
		.hour = of_day / 3600,
		.minute = of_day / 60 % 60,
		.second = of_day % 60,
	};
}

void lb_ftp_text_time(uint32_t seconds, char text[15])
{
	const struct date date = date_of(seconds);

	snprintf(text, 15, "%04u%02u%02u%02u%02u%02u", date.year % 10000, date.month % 100, date.day % 100, date.hour % 100,
	         date.minute % 100, date.second % 100);
}

/* The days of a date since 1970; years are counted from March here too. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	const unsigned from_march = month > 2 ? month - 3 : month + 9;
	const unsigned years = year - (month <= 2);

	return (int64_t)years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 1 -
	       DAYS_TO_1970;
}

/* So many decimal digits, which the caller has seen to be digits. */
static unsigned digits(const char *text, unsigned count)
{
	unsigned value = 0;

	while (count-- > 0)
		value = value * 10 + (unsigned)(*text++ - '0');
	return value;
}

/* The 31st of February is found by printing the result: a time that is none reads otherwise then. */
bool lb_ftp_text_parse_time(const char *text, uint32_t *seconds)
{
	const size_t whole = strspn(text, DIGITS);
	const size_t fraction = text[whole] == '.' ? 1 + strspn(text + whole + 1, DIGITS) : 0;
	char again[TIME_BYTES + 1];
	int64_t days, got;

	if (whole != TIME_BYTES || fraction == 1 || (text[whole + fraction] != '\0' && text[whole + fraction] != ' '))
		return false;
	if (digits(text, 4) < 1970 || digits(text, 4) > 2105)
		return false;
	days = days_of(digits(text, 4), digits(text + 4, 2), digits(text + 6, 2));
	got = days * SECONDS_A_DAY + digits(text + 8, 2) * 3600 + digits(text + 10, 2) * 60 + digits(text + 12, 2);
	if (got < 0 || got > UINT32_MAX)
		return false;
	lb_ftp_text_time((uint32_t)got, again);
	*seconds = (uint32_t)got;
	return memcmp(again, text, TIME_BYTES) == 0;
}

static size_t facts(const struct lb_ftp_info *info, char *text, size_t room)
{
	char modified[15];

	lb_ftp_text_time(info->modified_s, modified);
	if (info->is_folder)
		return (size_t)snprintf(text, room, "modify=%s;type=dir; ", modified);
	return (size_t)snprintf(text, room, "modify=%s;size=%u;type=file; ", modified, (unsigned)info->size_bytes);
}

static size_t columns(const struct lb_ftp_info *info, char *text, size_t room)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	const struct date date = date_of(info->modified_s);

	return (size_t)snprintf(text, room, "%s 1 lifeboat lifeboat %10u %s %2u  %4u ",
	                        info->is_folder ? "drwxr-xr-x" : "-rw-r--r--", (unsigned)info->size_bytes,
	                        months[date.month - 1], date.day, date.year);
}

/* A control character in a name would break the line, so it shows as a question mark. */
size_t lb_ftp_text_line(enum lb_ftp_kind kind, const char *name, const struct lb_ftp_info *info, char *text)
{
	const size_t room = LB_FTP_CHUNK_BYTES / 2;
	size_t used = 0;

	if (kind == LB_FTP_MLSD)
		used = facts(info, text, room);
	else if (kind == LB_FTP_LIST)
		used = columns(info, text, room);
	for (; *name != '\0' && used < room - 2; name++)
		text[used++] = (unsigned char)*name < ' ' ? '?' : *name;
	text[used++] = '\r';
	text[used++] = '\n';
	return used;
}

/* --- words --- */

/* C without POSIX has no function for that. */
bool lb_ftp_text_is_word(const char *word, const char *text, size_t text_bytes)
{
	size_t i = 0;

	while (i < text_bytes && word[i] == (text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]))
		i++;
	return i == text_bytes && word[i] == '\0';
}

/* --- paths --- */

/* One part of a path, up to the next slash. */
static int add_part(char path[LB_FTP_PATH_BYTES], const char *part, size_t size_bytes)
{
	const size_t used = strlen(path);

	if (size_bytes == 0 || (size_bytes == 1 && part[0] == '.'))
		return 0;
	if (size_bytes == 2 && part[0] == '.' && part[1] == '.') {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
		return 0;
	}
	if (used + 1 + size_bytes >= LB_FTP_PATH_BYTES)
		return -ENAMETOOLONG_ERROR;
	path[used] = '/';
	memcpy(path + used + 1, part, size_bytes);
	path[used + 1 + size_bytes] = '\0';
	return 0;
}

static int add_parts(char path[LB_FTP_PATH_BYTES], const char *parts)
{
	int error = 0;

	while (*parts != '\0' && error == 0) {
		const size_t size_bytes = strcspn(parts, "/");

		error = add_part(path, parts, size_bytes);
		parts += size_bytes;
		parts += *parts == '/';
	}
	return error;
}

int lb_ftp_text_path(const char *folder, const char *name, char path[LB_FTP_PATH_BYTES])
{
	int error = 0;

	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return -EINVAL_ERROR;
	path[0] = '\0';
	if (name[0] != '/')
		error = add_parts(path, folder);
	if (error == 0)
		error = add_parts(path, name);
	if (path[0] == '\0')
		strcpy(path, "/");
	return error;
}
