/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture is looked at by people; this holds what can be held: that it is written, where its
 * colours are, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cairo.h>
#include <cmocka.h>
#include "report/plot.h"
#include "report/strip.h"
#include "report/words.h"
#include "support/example_result.h"

/* fontconfig keeps its caches until the process ends. LeakSanitizer asks for this name. */
const char *__lsan_default_suppressions(void); // NOLINT(bugprone-reserved-identifier)
const char *__lsan_default_suppressions(void)  // NOLINT(bugprone-reserved-identifier)
{
    return "leak:libfontconfig";
}

static char folder[] = "/tmp/callqa-plot-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* Draws `result` with waveforms of constant height on both channels, in at most `limit` bytes. */
static enum cqa_status draw_within(size_t limit, const struct cqa_result *result, const char *name,
                                   int zh, char *path, size_t size, struct cqa_error *error)
{
    const struct cqa_plot_options options = {.zh = zh, .svg = strstr(name, ".svg") != NULL};
    struct cqa_peaks peaks;

    snprintf(path, size, "%s/%s", folder, name);
    assert_int_equal(cqa_peaks_init(&peaks, 500), CQA_OK);
    for (size_t i = 0; i < peaks.count; i++) {
        for (int channel = 0; channel < 2; channel++) {
            peaks.low[i][channel] = -0.25F;
            peaks.high[i][channel] = 0.25F;
        }
    }
    struct cqa_buffer picture = {.limit = limit};
    const enum cqa_status status = cqa_plot_write(result, &peaks, &options, &picture, NULL, error);
    FILE *file = status == CQA_OK ? fopen(path, "we") : NULL;
    if (status == CQA_OK) {
        assert_non_null(file);
        assert_int_equal(fwrite(picture.text, 1, picture.length, file), picture.length);
        assert_int_equal(fclose(file), 0);
    }
    cqa_buffer_finish(&picture);
    cqa_peaks_finish(&peaks);
    return status;
}

static enum cqa_status draw(const struct cqa_result *result, const char *name, int zh, char *path,
                            size_t size, struct cqa_error *error)
{
    return draw_within(1 << 24, result, name, zh, path, size, error);
}

/* Pixels of that very colour within columns [from, to) of a PNG. */
static size_t count_color(const char *path, uint32_t color, double from, double to, int *height)
{
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    size_t count = 0;

    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    const int width = cairo_image_surface_get_width(surface);
    assert_int_equal(width, 2400);
    *height = cairo_image_surface_get_height(surface);
    for (int y = 0; y < *height; y++) {
        const uint32_t *row =
            (const uint32_t *)(const void *)(cairo_image_surface_get_data(surface) +
                                             (ptrdiff_t)y *
                                                 cairo_image_surface_get_stride(surface));
        for (int x = (int)(from * width); x < (int)(to * width); x++)
            count += (row[x] & 0xFFFFFF) == color;
    }
    cairo_surface_destroy(surface);
    return count;
}

/* Where the lanes hold that moment, as a share of the page's width. */
static double place(double time_ms, double duration_ms)
{
    return (136 + time_ms / duration_ms * (1200 - 2 * 36 - 100)) / 1200;
}

static void test_events_stand_at_their_seconds(void **state)
{
    struct cqa_result result;
    char path[128];
    int height;

    (void)state;
    example_result(&result);
    assert_int_equal(draw(&result, "call.png", 0, path, sizeof path, NULL), CQA_OK);
    const uint32_t hold = cqa_event_mark(&result.events.items[2]).color;
    assert_true(result.events.items[2].type == CQA_EVENT_HOLD);
    const double start = place(30100, 75417);
    const double end = place(61240, 75417);
    assert_true(count_color(path, hold, start + 0.001, end - 0.001, &height) > 10000);
    assert_int_equal(count_color(path, hold, end + 0.001, 1, &height), 0);
    /* The agent speaks at 4.1 s; what is heard on that line during the hold is no speech. */
    const uint32_t agent = cqa_role_color(CQA_ROLE_AGENT);
    assert_true(count_color(path, agent, place(4100, 75417), place(9000, 75417), &height) > 10000);
    assert_int_equal(count_color(path, agent, place(45000, 75417), end - 0.001, &height), 0);
    assert_true(count_color(path, cqa_deduction_color, start, 1, &height) > 100); /* the score */
    result.scored = 0;
    assert_int_equal(draw(&result, "call.png", 0, path, sizeof path, NULL), CQA_OK);
    assert_int_equal(count_color(path, cqa_deduction_color, 0, 1, &height), 0);
    unlink(path);
    cqa_result_finish(&result);
}

/* Each type's colour, and its name in the legend. */
static void test_every_type_has_a_line(void **state)
{
    (void)state;
    for (int type = 0; type < CQA_EVENT_TYPE_COUNT; type++) {
        const struct cqa_event event = {
            .type = (enum cqa_event_type)type, .start_ms = 40000, .end_ms = 60000};
        struct cqa_result result;
        char path[128];
        int height;
        example_mono_result(&result);
        const uint32_t color = cqa_event_looks[type].color;
        assert_int_equal(draw(&result, "type.png", 0, path, sizeof path, NULL), CQA_OK);
        const size_t before = count_color(path, color, 0.1, 1, &height);
        assert_true(cqa_events_add(&result.events, &event));
        assert_int_equal(draw(&result, "type.png", 0, path, sizeof path, NULL), CQA_OK);
        assert_true(count_color(path, color, place(41000, 75417), place(59000, 75417), &height) >
                    before + 10000);
        cqa_events_finish(&result.events);
        assert_true(
            cqa_events_add(&result.events, &(struct cqa_event){.type = event.type, .end_ms = 1}));
        assert_int_equal(draw(&result, "type.png", 0, path, sizeof path, NULL), CQA_OK);
        assert_true(count_color(path, color, 0.1, 1, &height) > before + 300); /* its swatch */
        unlink(path);
        cqa_result_finish(&result);
    }
}

/* The lanes are hatched where nothing is judged, and nowhere else. */
static void test_bounds_are_hatched(void **state)
{
    const uint32_t lost = cqa_stretch_looks[CQA_STRETCH_NOT_MEASURABLE].color;
    struct cqa_result result;
    char path[128];
    int plain;
    int bounded;

    (void)state;
    example_bounded_result(&result);
    assert_int_equal(draw(&result, "bounds.png", 0, path, sizeof path, NULL), CQA_OK);
    const size_t inside =
        count_color(path, lost, place(27000, 75417), place(43000, 75417), &bounded);
    const size_t beside =
        count_color(path, lost, place(13000, 75417), place(23000, 75417), &bounded);
    assert_true(inside > 4 * beside + 1000);
    result.measurable.span_count = 0;
    result.measurable.reason_count = 0;
    result.measurable.conversation.known = 0;
    assert_int_equal(draw(&result, "bounds.png", 1, path, sizeof path, NULL), CQA_OK);
    count_color(path, lost, 0, 1, &plain);
    assert_true(bounded > plain + 100); /* a lane, and lines below */
    unlink(path);
    cqa_result_finish(&result);
}

static void test_long_call_grows_in_height(void **state)
{
    struct cqa_result result;
    char path[128];
    int usual;
    int longest;

    (void)state;
    example_result(&result);
    assert_int_equal(draw(&result, "a.png", 1, path, sizeof path, NULL), CQA_OK);
    count_color(path, 0, 0, 1, &usual);
    unlink(path);
    result.recording.duration_ms = 8 * 3600 * INT64_C(1000);
    assert_int_equal(draw(&result, "b.png", 1, path, sizeof path, NULL), CQA_OK);
    count_color(path, 0, 0, 1, &longest);
    unlink(path);
    assert_true(longest > 2 * usual);
    assert_true(longest < 12 * usual);
    cqa_result_finish(&result);
}

static void test_svg(void **state)
{
    struct cqa_result result;
    char path[128];
    char head[256] = "";

    (void)state;
    example_mono_result(&result);
    assert_int_equal(draw(&result, "call.svg", 0, path, sizeof path, NULL), CQA_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(head, 1, sizeof head - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(head, "<svg "));
    assert_non_null(strstr(head, "width=\"1200"));
    unlink(path);
    cqa_result_finish(&result);
}

static void test_no_waveforms(void **state)
{
    const struct cqa_plot_options options = {0};
    const struct cqa_peaks none = {0};
    struct cqa_result result;
    struct cqa_buffer picture = {.limit = 1 << 24};

    (void)state;
    example_result(&result);
    result.recording.duration_ms = 0;
    assert_int_equal(cqa_plot_write(&result, &none, &options, &picture, NULL, NULL), CQA_OK);
    assert_memory_equal(picture.text, "\x89PNG", 4);
    cqa_buffer_finish(&picture);
    cqa_result_finish(&result);
}

static void test_more_than_the_buffer_takes(void **state)
{
    struct cqa_result result;
    char path[128];

    (void)state;
    example_result(&result);
    for (int svg = 0; svg < 2; svg++) {
        struct cqa_error error = {0};
        assert_int_equal(
            draw_within(1000, &result, svg ? "half.svg" : "half.png", 0, path, sizeof path, &error),
            CQA_E_NOMEM);
        assert_string_equal(cqa_english(&error.message), "out of memory for the picture");
    }
    cqa_result_finish(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_stand_at_their_seconds),
        cmocka_unit_test(test_every_type_has_a_line),
        cmocka_unit_test(test_bounds_are_hatched),
        cmocka_unit_test(test_long_call_grows_in_height),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_no_waveforms),
        cmocka_unit_test(test_more_than_the_buffer_takes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
