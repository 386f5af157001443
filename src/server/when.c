#include "server/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void cqa_when_write(int64_t ms, char out[CQA_WHEN_SIZE])
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char date[24];

    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out, CQA_WHEN_SIZE, "%s.%03dZ", date, (int)(ms % 1000));
}

void cqa_when_write_day(int64_t day, char out[CQA_DAY_SIZE])
{
    snprintf(out, CQA_DAY_SIZE, "%04d-%02d-%02d", (int)(day / 10000 % 10000),
             (int)(day / 100 % 100), (int)(day % 100));
}

int64_t cqa_when_read_day(const char *text)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    int day;
    char rest;

    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d%c", &year, &month, &day, &rest) != 3)
        return 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return 0;
    return year * 10000 + month * 100 + day;
}
