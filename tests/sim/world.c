/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct sim_world *sim;

const char *const sim_mutation_words[SIM_MUTATION_COUNT + 1] = {
    "sound",         "false-receipt", "forgetful-disk", "no-journal",   "sent-by-dying",
    "done-by-dying", "stale-child",   "lost-step",      "missing-step", NULL};

/* ---- chance */

uint64_t sim_draw(uint64_t count)
{
    uint64_t bits = sim->chance += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return (bits ^ bits >> 31) % count;
}

int sim_happens(uint64_t count)
{
    return !sim->calm && sim_draw(count * sim->rareness) == 0;
}

/* The pipeline's own dice belong to the seed as well. */
ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
    unsigned char *bytes = buffer;

    (void)flags;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(sim != NULL ? sim_draw(256) : i);
    return (ssize_t)length;
}

/* ---- time */

static int64_t wall_ms(void *context)
{
    (void)context;
    return sim->wall_ms;
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return sim->monotonic_ms;
}

const struct cqa_clock sim_clock = {wall_ms, monotonic_ms, NULL};

void sim_pass(int64_t ms)
{
    sim->wall_ms += ms;
    sim->monotonic_ms += ms;
}

static void set_clock(void)
{
    static const int64_t units_ms[] = {1000, 60000, 3600000, 86400000};
    const int64_t by_ms = units_ms[sim_draw(4)] * (int64_t)(1 + sim_draw(60));

    sim->wall_ms += sim_draw(2) == 0 ? by_ms : -by_ms;
    sim_say("the clock is set to %lld", (long long)sim->wall_ms);
}

/* ---- the story */

static void append(const char *format, va_list values)
{
    const size_t left = SIM_TRACE_SIZE - sim->trace_length;
    const int length = vsnprintf(sim->trace + sim->trace_length, left, format, values);

    if (length > 0 && (size_t)length + 1 < left) {
        sim->trace_length += (size_t)length;
        sim->trace[sim->trace_length++] = '\n';
        sim->trace[sim->trace_length] = '\0';
    }
}

void sim_say(const char *format, ...)
{
    va_list values;

    if (!sim->traces)
        return;
    va_start(values, format);
    append(format, values);
    va_end(values);
}

void sim_fault(const char *format, ...)
{
    va_list values;

    if (sim->verdict[0] != '\0')
        return;
    va_start(values, format);
    (void)vsnprintf(sim->verdict, sizeof sim->verdict, format, values);
    va_end(values);
}

/* ---- steps */

#ifdef CQA_COVERAGE
void __gcov_dump(void);
#endif

void sim_die(void)
{
    sim_say("killed");
#ifdef CQA_COVERAGE
    __gcov_dump();
#endif
    _exit(SIM_KILLED);
}

int sim_step(const char *format, ...)
{
    va_list values;

    if (sim->quiet)
        return 0;
    sim->step++;
    if (sim->traces) {
        char line[256];
        va_start(values, format);
        (void)vsnprintf(line, sizeof line, format, values);
        va_end(values);
        sim_say("%llu %s", (unsigned long long)sim->step, line);
    }
    if (sim->kill_at != 0 && sim->step >= sim->kill_at)
        return 1;
    if (sim_happens(300))
        set_clock();
    if (!sim->calm && sim_draw(sim->change_every) == 0)
        sim_files_change();
    return 0;
}
