/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/course.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/say.h"

enum {
    STOP_MS = 6500,         /* then what still runs goes back to the queue; the promise is 10 s */
    STATUS_LOG_MS = 600000, /* between two in the log, where something happened */
};

struct cqa_course cqa_course_begin(int64_t now_ms)
{
    return (struct cqa_course){.line_at_ms = now_ms, .logged_at_ms = now_ms};
}

enum cqa_course_next cqa_course_stop(struct cqa_course *course, int64_t now_ms)
{
    if (course->stopping)
        return CQA_COURSE_END;
    course->stopping = 1;
    course->end_at_ms = now_ms + STOP_MS;
    return CQA_COURSE_WIND_DOWN;
}

int64_t cqa_course_patience_ms(const struct cqa_course *course, int64_t now_ms)
{
    if (!course->stopping)
        return -1;
    return course->end_at_ms > now_ms ? course->end_at_ms - now_ms : 0;
}

enum cqa_course_next cqa_course_turned(const struct cqa_course *course, int64_t next_ms,
                                       size_t running, int64_t now_ms)
{
    if (next_ms < 0)
        return CQA_COURSE_END_BROKEN;
    if (course->stopping && (running == 0 || cqa_course_patience_ms(course, now_ms) == 0))
        return CQA_COURSE_END;
    return CQA_COURSE_GO_ON;
}

static void write_line(const struct cqa_pipeline_status *status, size_t hanging, double per_minute,
                       char line[CQA_COURSE_LINE_SIZE])
{
    struct cqa_message told;

    cqa_message_set(&told, "%zu waiting, %zu running, %.0f a minute; %zu unsent", status->waiting,
                    status->running, per_minute, status->unsent);
    if (status->unsent > 0)
        cqa_message_set(&told, "%p, the oldest for %" PRId64 " s", &told,
                        status->oldest_unsent_ms / 1000);
    cqa_message_set(&told,
                    "%p; since the start %" PRIu64 " analysed, %" PRIu64 " unreadable, %" PRIu64
                    " delivered, %" PRIu64 " refused",
                    &told, status->analysed, status->failed, status->delivered, status->refused);
    if (hanging > 0)
        cqa_message_set(&told, "%p; %zu mounts hang", &told, hanging);
    if (status->trouble != NULL)
        cqa_message_set(&told, "%p; %p", &told, status->trouble);
    cqa_message_write(&told, cqa_say_language(), line, CQA_COURSE_LINE_SIZE);
}

int cqa_course_tell(struct cqa_course *course, const struct cqa_pipeline_status *status,
                    size_t hanging, int64_t now_ms, char line[CQA_COURSE_LINE_SIZE])
{
    const int64_t passed_ms = now_ms - course->line_at_ms;
    const uint64_t done = status->analysed + status->failed;

    write_line(status, hanging,
               passed_ms > 0
                   ? (double)(status->analysed - course->analysed) * 60000.0 / (double)passed_ms
                   : 0,
               line);
    course->analysed = status->analysed;
    course->line_at_ms = now_ms;
    if (now_ms - course->logged_at_ms < STATUS_LOG_MS)
        return 0;
    const int is_news = done != course->logged || status->unsent > 0 || hanging > 0;
    course->logged = done;
    course->logged_at_ms = now_ms;
    return is_news;
}
