/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result_field.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"

struct cqa_field cqa_field_of(const struct cqa_field *up, const char *name)
{
    return (struct cqa_field){up, name, 0, json_object_get(up->json, name)};
}

struct cqa_field cqa_field_item(const struct cqa_field *up, size_t index)
{
    return (struct cqa_field){up, NULL, index, json_array_get(up->json, index)};
}

int cqa_field_is_null(const struct cqa_field *field)
{
    return field->json == NULL || json_is_null(field->json);
}

/* "events[3].start_ms"; "result" for the whole. */
static void write_path(const struct cqa_field *field, char *out, size_t size)
{
    if (field->up == NULL) {
        out[0] = '\0';
        return;
    }
    write_path(field->up, out, size);
    const size_t used = strlen(out);
    if (field->name == NULL)
        snprintf(out + used, size - used, "[%zu]", field->index);
    else
        snprintf(out + used, size - used, "%s%s", used > 0 ? "." : "", field->name);
}

void cqa_field_fail(struct cqa_field_reader *reader, const struct cqa_field *field,
                    enum cqa_status status, const char *format, ...)
{
    char path[128];
    struct cqa_message message;
    va_list arguments;

    if (reader->status != CQA_OK)
        return;
    write_path(field, path, sizeof path);
    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    reader->status =
        cqa_fail(reader->error, status, "%s: %p", path[0] != '\0' ? path : "result", &message);
}

static int is_known(const char *name, const char *const *known)
{
    for (; *known != NULL; known++)
        if (strcmp(name, *known) == 0)
            return 1;
    return 0;
}

int cqa_field_object(struct cqa_field_reader *reader, const struct cqa_field *field,
                     const char *const *known)
{
    const char *name;
    json_t *value;
    char shown[64];

    if (reader->status != CQA_OK)
        return 0;
    if (!json_is_object(field->json)) {
        cqa_field_fail(reader, field, CQA_E_BADDATA,
                       field->json == NULL ? "is missing" : "must be an object");
        return 0;
    }
    if (!reader->strict)
        return 1;
    json_object_foreach(field->json, name, value)
    {
        if (!is_known(name, known)) {
            cqa_escape_control(name, shown, sizeof shown);
            cqa_field_fail(reader, field, CQA_E_BADDATA, "unknown field \"%s\"", shown);
            return 0;
        }
    }
    return 1;
}

size_t cqa_field_list(struct cqa_field_reader *reader, const struct cqa_field *field, size_t most)
{
    if (reader->status != CQA_OK)
        return 0;
    if (!json_is_array(field->json)) {
        cqa_field_fail(reader, field, CQA_E_BADDATA,
                       field->json == NULL ? "is missing" : "must be a list");
        return 0;
    }
    if (json_array_size(field->json) > most) {
        cqa_field_fail(reader, field, CQA_E_LIMIT, "%zu items; at most %zu are taken",
                       json_array_size(field->json), most);
        return 0;
    }
    return json_array_size(field->json);
}

/* Whether there is a value to read; what may not be absent or null is a failure. */
static int is_given(struct cqa_field_reader *reader, const struct cqa_field *field,
                    enum cqa_field_need need)
{
    if (reader->status != CQA_OK)
        return 0;
    if (field->json == NULL && need != CQA_FIELD_OPTIONAL)
        cqa_field_fail(reader, field, CQA_E_BADDATA, "is missing");
    else if (json_is_null(field->json) && need == CQA_FIELD_REQUIRED)
        cqa_field_fail(reader, field, CQA_E_BADDATA, "must not be null");
    return !cqa_field_is_null(field);
}

int64_t cqa_field_whole(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, int64_t least, int64_t most)
{
    const struct cqa_field field = cqa_field_of(up, name);

    if (!is_given(reader, &field, CQA_FIELD_REQUIRED))
        return 0;
    const json_int_t value = json_integer_value(field.json);
    if (json_is_integer(field.json) && value >= least && value <= most)
        return value;
    cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be a whole number from %lld to %lld",
                   (long long)least, (long long)most);
    return 0;
}

double cqa_field_number(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, enum cqa_field_need need, double least, double most)
{
    const struct cqa_field field = cqa_field_of(up, name);

    if (!is_given(reader, &field, need))
        return NAN;
    const double value = json_number_value(field.json);
    if (json_is_number(field.json) && value >= least && value <= most)
        return value;
    cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be a number from %.10g to %.10g", least,
                   most);
    return NAN;
}

const char *cqa_field_string(struct cqa_field_reader *reader, const struct cqa_field *up,
                             const char *name, enum cqa_field_need need, size_t length_max)
{
    const struct cqa_field field = cqa_field_of(up, name);

    if (!is_given(reader, &field, need))
        return NULL;
    const size_t length = json_string_length(field.json);
    if (!json_is_string(field.json) || length == 0 || length > length_max) {
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be a text of 1 to %zu bytes",
                       length_max);
        return NULL;
    }
    const char *copy = cqa_arena_bytes(reader->arena, json_string_value(field.json), length);
    if (copy == NULL)
        cqa_field_fail(reader, &field, CQA_E_NOMEM, "out of memory");
    return copy;
}

int cqa_field_bool(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                   enum cqa_field_need need)
{
    const struct cqa_field field = cqa_field_of(up, name);

    if (!is_given(reader, &field, need))
        return 0;
    if (!json_is_boolean(field.json))
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be true or false");
    return json_is_true(field.json);
}

int cqa_field_word(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                   enum cqa_field_need need, const char *const *words)
{
    const struct cqa_field field = cqa_field_of(up, name);
    char list[160] = "";
    size_t used = 0;

    if (!is_given(reader, &field, need))
        return -1;
    const char *word = json_string_value(field.json);
    for (int i = 0; word != NULL && word[0] != '\0' && words[i] != NULL; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    const size_t length = json_string_length(field.json);
    if (reader->foreign && length > 0 && length <= CQA_FIELD_NAME_BYTES_MAX)
        return -1;
    for (size_t i = 0; words[i] != NULL && used < sizeof list; i++)
        if (words[i][0] != '\0')
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
                                     words[i]);
    cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be one of: %s", list);
    return -1;
}

int cqa_field_word_or_none(struct cqa_field_reader *reader, const struct cqa_field *up,
                           const char *name, const char *const *words)
{
    const int index = cqa_field_word(reader, up, name, CQA_FIELD_OR_NULL, words);

    return index < 0 ? 0 : index;
}

int cqa_field_required_word(struct cqa_field_reader *reader, const struct cqa_field *up,
                            const char *name, const char *const *words)
{
    const int index = cqa_field_word(reader, up, name, CQA_FIELD_REQUIRED, words);

    return index < 0 ? 0 : index;
}

void cqa_field_copy(struct cqa_field_reader *reader, const struct cqa_field *up, const char *name,
                    char *out, size_t size)
{
    const char *text = cqa_field_string(reader, up, name, CQA_FIELD_REQUIRED, size - 1);

    snprintf(out, size, "%s", text != NULL ? text : "");
}

struct cqa_text cqa_field_text(struct cqa_field_reader *reader, const struct cqa_field *up)
{
    static const char *const known[] = {"en", "zh", NULL};
    const struct cqa_field field = cqa_field_of(up, "text");
    struct cqa_text text = {"", ""};

    if (cqa_field_object(reader, &field, known)) {
        text.en =
            cqa_field_string(reader, &field, "en", CQA_FIELD_REQUIRED, CQA_FIELD_TEXT_BYTES_MAX);
        text.zh =
            cqa_field_string(reader, &field, "zh", CQA_FIELD_REQUIRED, CQA_FIELD_TEXT_BYTES_MAX);
    }
    return text;
}
