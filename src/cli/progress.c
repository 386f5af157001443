/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/say.h"

enum { WIDTH = 30, REDRAW_MS = 100 };

void cqa_progress_start(struct cqa_progress *progress)
{
    *progress = (struct cqa_progress){
        .on = isatty(STDERR_FILENO),
        .started_ms = cqa_clock_monotonic_ms(&cqa_clock_system),
    };
}

void cqa_progress_draw(struct cqa_progress *progress, size_t done, size_t total)
{
    static const char full[WIDTH + 1] = "##############################";
    const int64_t now_ms = cqa_clock_monotonic_ms(&cqa_clock_system);

    if (!progress->on || total == 0 || (progress->drawn && now_ms - progress->drawn_ms < REDRAW_MS))
        return;
    const int filled = (int)(done * WIDTH / total);
    fprintf(stderr, "\r[%-*.*s] %zu/%zu", WIDTH, filled, full, done, total);
    if (done > 0) {
        const int64_t left_s =
            (now_ms - progress->started_ms) / 1000 * (int64_t)(total - done) / (int64_t)done;
        cqa_say_part(stderr, "  %lld:%02lld left ", (long long)left_s / 60, (long long)left_s % 60);
    }
    fputs("\x1b[K", stderr);
    fflush(stderr);
    progress->drawn = 1;
    progress->drawn_ms = now_ms;
}

void cqa_progress_clear(struct cqa_progress *progress)
{
    if (progress->drawn)
        fputs("\r\x1b[K", stderr);
    progress->drawn = 0;
}
