/* SPDX-License-Identifier: GPL-3.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include "base/escape.h"
#include "base/say.h"
#include "base/stars.h"

static enum cqa_log_level most = CQA_LOG_INFO;
static enum cqa_log_masking masking;

const char *const cqa_log_masking_words[CQA_LOG_MASKS + 1] = {"false", "numbers", "true", NULL};

void cqa_log_set_level(enum cqa_log_level level)
{
    most = level;
}

void cqa_log_set_masking(enum cqa_log_masking wish)
{
    masking = wish;
}

/* systemd sets JOURNAL_STREAM to the device and inode of the stream that it connected. */
static int stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    unsigned long long device;
    unsigned long long inode;

    return stream != NULL &&
           sscanf(stream, "%llu:%llu", &device, &inode) == 2 && // NOLINT(cert-err34-c)
           fstat(2, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void cqa_log(enum cqa_log_level level, const char *format, ...)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "error",
                                        "warning", "notice", "info", "debug"};
    struct cqa_message message;
    va_list arguments;

    if (level > most)
        return;
    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    const char *line = cqa_said(&message, cqa_say_language());
    if (stderr_is_journal())
        sd_journal_send("MESSAGE=%s", line, "PRIORITY=%d", (int)level, "CALLQA_CODE=%s",
                        cqa_message_code(&message), NULL);
    else
        fprintf(stderr, "level=%s %s\n", names[level], line);
}

static uint32_t fnv1a(const char *text)
{
    uint32_t hash = 2166136261U;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

const char *cqa_log_private(const char *value)
{
    static _Thread_local char ring[4][300];
    static _Thread_local unsigned next;
    char *out = ring[next++ % 4];

    if (value == NULL)
        return "-";
    if (masking == CQA_LOG_MASK_ALL) {
        snprintf(out, sizeof ring[0], "#%08x", fnv1a(value));
        return out;
    }
    cqa_escape_control(value, out, sizeof ring[0]);
    if (masking == CQA_LOG_MASK_NUMBERS)
        cqa_star_numbers(out, strlen(out));
    return out;
}
