/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/picture.h"
#include "track/still.h"

enum {
    BEEP_FRAMES = 10,
    NOISE = 90,
    MUTED = 50,
    LESS = 82, /* 4 dB under the noise */
    LEAST = 60,
    ROOM = 130,
    LOUD = 170
}; /* levels as in frames.h */

struct look {
    enum cqa_class class_;
    uint8_t level;
    uint8_t parked;    /* what the second look says, of 255: a hold */
    uint8_t announced; /* a voice in it */
    uint8_t still;     /* what a machine wrote */
};

static struct look look_of(char letter, int frame)
{
    switch (letter) {
    case 's':
        return (struct look){CQA_CLASS_SPEECH, LOUD, 0, 0, CQA_STILL_NOT};
    case 'M':
        return (struct look){CQA_CLASS_MUSIC, LOUD, 255, 0, CQA_STILL_NOT};
    case 'R':
        return (struct look){CQA_CLASS_MUSIC, LOUD, 25, 0, CQA_STILL_NOT};
    case 'r':
        return (struct look){CQA_CLASS_MUSIC, ROOM, 235, 0, CQA_STILL_NOT};
    case '-':
        return (struct look){CQA_CLASS_NONE, ROOM, 0, 0, CQA_STILL_NOT};
    case 'A':
        return (struct look){CQA_CLASS_ANNOUNCEMENT, LOUD, 255, 255, CQA_STILL_NOT};
    case 'h':
        return (struct look){CQA_CLASS_SPEECH, LOUD, 255, 0, CQA_STILL_NOT};
    case 'v':
        return (struct look){CQA_CLASS_SPEECH, LOUD, 255, 255, CQA_STILL_NOT};
    case 'b':
        return frame < BEEP_FRAMES ? (struct look){CQA_CLASS_TONE, LOUD, 0, 0, CQA_STILL_NOT}
                                   : (struct look){CQA_CLASS_NONE, NOISE, 0, 0, CQA_STILL_NOT};
    case 'T':
        return (struct look){CQA_CLASS_TONE, LOUD, 0, 0, CQA_STILL_NOT};
    case '_':
        return (struct look){CQA_CLASS_NONE, MUTED, 0, 0, CQA_STILL_NOT};
    case ',':
        return (struct look){CQA_CLASS_NONE, LESS, 0, 0, CQA_STILL_NOT};
    case '0':
        return (struct look){CQA_CLASS_NONE, 0, 0, 0, CQA_STILL_IDLE};
    case 'i':
        return (struct look){CQA_CLASS_NONE, LEAST, 0, 0, CQA_STILL_IDLE};
    case 'm':
        return (struct look){CQA_CLASS_NONE, ROOM, 0, 0, CQA_STILL_MASKED};
    default:
        assert_int_equal(letter, '.');
        return (struct look){CQA_CLASS_NONE, NOISE, 0, 0, CQA_STILL_NOT};
    }
}

static void fill_frame(struct picture *picture, int c, size_t t, char letter)
{
    struct cqa_channel_frames *rows = &picture->frames.channel[c];
    struct cqa_channel_track *track = &picture->tracks.channel[c];
    const struct look look = look_of(letter, (int)(t % PICTURE_CELL));
    const int tone = look.class_ == CQA_CLASS_TONE;

    uint8_t *shares[] = {&rows->flatness[t], &rows->harmonicity[t], &rows->lag[t],  &rows->peaks[t],
                         &rows->share2[t],   &rows->ring[t],        &rows->flat[t], &rows->zero[t]};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        *shares[i] = 0;
    for (int b = 0; b < CQA_BANDS; b++)
        rows->band[b][t] = look.level;
    memset(rows->sub + t * CQA_SUBFRAMES, look.level, CQA_SUBFRAMES);
    rows->level[t] = rows->crest[t] = look.level;
    rows->zero[t] = letter == '0' ? 255 : 0;
    rows->tonality[t] = rows->share1[t] = tone ? 250 : 0;
    rows->freq1[t] = tone ? 1400 * 16 : 0;
    rows->freq2[t] = 0;
    track->class_[t] = (uint8_t)look.class_;
    track->still[t] = look.still;
    track->posterior[look.class_][t] = 255;
    track->posterior[CQA_TRACK_PARKED][t] = look.parked;
    track->posterior[CQA_TRACK_ANNOUNCED][t] = look.announced;
}

static void draw_line(struct picture *picture, int c, const char *line)
{
    struct cqa_channel_track *track = &picture->tracks.channel[c];
    const size_t count = picture->tracks.count;

    track->class_ = calloc(count + 1, 1);
    track->still = calloc(count + 1, 1);
    for (int k = 0; k < CQA_TRACK_COUNT; k++)
        track->posterior[k] = calloc(count + 1, 1);
    for (size_t t = 0; t < count; t++)
        fill_frame(picture, c, t, line[t / PICTURE_CELL]);
}

static const struct cqa_tone_plans *plans(void)
{
    struct cqa_problems problems = {0};
    struct cqa_tone_plans *loaded =
        cqa_tone_plans_load(CQA_SOURCE_DIR "/models/tones/standard.yaml", &problems);

    cqa_problems_print(&problems, "standard.yaml", CQA_ENGLISH, stderr);
    assert_non_null(loaded);
    return loaded;
}

void picture_draw(struct picture *picture, const char *agent, const char *customer)
{
    const size_t count = strlen(agent) * PICTURE_CELL;

    *picture = (struct picture){.frames = {.count = 0}};
    assert_true(customer == NULL || strlen(customer) == strlen(agent));
    assert_int_equal(cqa_frames_grow(&picture->frames, count), CQA_OK);
    picture->frames.count = count;
    picture->tracks = (struct cqa_tracks){.count = count, .channel_count = customer ? 2 : 1};
    draw_line(picture, 0, agent);
    if (customer != NULL)
        draw_line(picture, 1, customer);
    picture->scene = (struct cqa_scene){.frames = &picture->frames,
                                        .tracks = &picture->tracks,
                                        .plans = plans(),
                                        .mono = customer == NULL,
                                        .duration_ms = (int64_t)count * CQA_FRAME_MS};
}

void picture_finish(struct picture *picture)
{
    cqa_scene_finish(&picture->scene);
    cqa_tone_plans_destroy((struct cqa_tone_plans *)picture->scene.plans);
    cqa_tracks_finish(&picture->tracks);
    cqa_frames_finish(&picture->frames);
}

static char hold_letter(const struct cqa_event *event)
{
    const char letter = event->kind == CQA_KIND_MUSIC          ? 'M'
                        : event->kind == CQA_KIND_ANNOUNCEMENT ? 'A'
                        : event->kind == CQA_KIND_MUTE         ? 'U'
                        : event->kind == CQA_KIND_BEEP         ? 'B'
                                                               : '!';

    return event->side == CQA_PARTY_CUSTOMER ? (char)tolower(letter) : letter;
}

static char silence_letter(const struct cqa_event *event)
{
    return event->cause == CQA_CAUSE_UNEXPLAINED   ? '?'
           : event->cause == CQA_CAUSE_AGENT_MUTED ? 'U'
           : event->cause == CQA_CAUSE_INITIAL     ? '<'
           : event->cause == CQA_CAUSE_FINAL       ? '>'
           : event->cause == CQA_CAUSE_PARKED      ? 'p'
                                                   : '!';
}

static char line_letter(const struct cqa_event *event)
{
    const char letter = event->type == CQA_EVENT_NOT_RECORDED ? 'N'
                        : event->type == CQA_EVENT_LINE_IDLE  ? 'I'
                                                              : 'L';

    return event->side == CQA_PARTY_CUSTOMER ? (char)tolower(letter) : letter;
}

/* A cell shows the event that covers its middle. */
static void expect(unsigned types, char (*letter_of)(const struct cqa_event *), const char *agent,
                   const char *customer, const char *wanted)
{
    struct picture picture;
    const size_t count = strlen(agent);
    char *found = calloc(count + 1, 1);

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    memset(found, '.', count);
    for (size_t i = 0; i < picture.scene.events.count; i++) {
        const struct cqa_event *event = &picture.scene.events.items[i];
        for (size_t cell = 0; cell < count && types >> event->type & 1u; cell++) {
            const int64_t middle_ms = (int64_t)cell * PICTURE_CELL_MS + PICTURE_CELL_MS / 2;
            if (event->start_ms <= middle_ms && middle_ms < event->end_ms)
                found[cell] = letter_of(event);
        }
    }
    if (strcmp(found, wanted) != 0)
        fail_msg("\nagent    %s\ncustomer %s\nwanted   %s\nfound    %s", agent,
                 customer ? customer : "(mono)", wanted, found);
    free(found);
    picture_finish(&picture);
}

void picture_expect_holds(const char *agent, const char *customer, const char *wanted)
{
    expect(1u << CQA_EVENT_HOLD, hold_letter, agent, customer, wanted);
}

void picture_expect_silences(const char *agent, const char *customer, const char *wanted)
{
    expect(1u << CQA_EVENT_SILENCE, silence_letter, agent, customer, wanted);
}

void picture_expect_lines(const char *agent, const char *customer, const char *wanted)
{
    expect(1u << CQA_EVENT_NOT_RECORDED | 1u << CQA_EVENT_LINE_IDLE | 1u << CQA_EVENT_LINE_LOST,
           line_letter, agent, customer, wanted);
}

size_t picture_count(const struct picture *picture, enum cqa_event_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < picture->scene.events.count; i++)
        count += picture->scene.events.items[i].type == type;
    return count;
}

const struct cqa_event *picture_first(const struct picture *picture, enum cqa_event_type type)
{
    for (size_t i = 0; i < picture->scene.events.count; i++)
        if (picture->scene.events.items[i].type == type)
            return &picture->scene.events.items[i];
    return NULL;
}
