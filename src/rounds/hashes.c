/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/hashes.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "appraisal/json.h"
#include "appraisal/sheet.h"
#include "base/models.h"
#include "scores/rubrics.h"

enum { PIECE_BYTES = 4096, RUBRIC_BYTES_MAX = 1 << 20 };

static void say(const unsigned char digest[crypto_hash_sha256_BYTES], char text[CQA_HASH_TEXT])
{
    sodium_bin2hex(text, CQA_HASH_TEXT, digest, crypto_hash_sha256_BYTES);
}

void cqa_hashes_load(struct cqa_hashes *hashes, const char *scheme)
{
    crypto_hash_sha256_state state;
    unsigned char piece[PIECE_BYTES];
    unsigned char digest[crypto_hash_sha256_BYTES];
    char path[PATH_MAX];
    struct cqa_error error;
    size_t length;

    *hashes = (struct cqa_hashes){0};
    if (cqa_models_find("schemes", scheme, path, sizeof path, &error) != CQA_OK)
        return;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    crypto_hash_sha256_init(&state);
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        crypto_hash_sha256_update(&state, piece, length);
    crypto_hash_sha256_final(&state, digest);
    if (!ferror(file))
        say(digest, hashes->scheme);
    fclose(file);
}

static int is_of(const struct cqa_rubric_hash *hash, const struct cqa_rubric_used *used)
{
    return strcmp(hash->rubric, used->rubric) == 0 &&
           strcmp(hash->version ? hash->version : "", used->version ? used->version : "") == 0;
}

static void read_rubric(struct cqa_scores *scores, struct cqa_rubric_hash *hash)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    struct cqa_buffer text = {.limit = RUBRIC_BYTES_MAX};
    struct cqa_error error;

    if (hash->version != NULL &&
        cqa_rubric_text(scores, hash->rubric, hash->version, &text, &error) == CQA_OK) {
        crypto_hash_sha256(digest, (const unsigned char *)text.text, text.length);
        say(digest, hash->text);
    }
    cqa_buffer_finish(&text);
}

/* Read once, and kept for the sheets that follow; "" as well of more than there is room for. */
static const char *hash_of(struct cqa_hashes *hashes, struct cqa_scores *scores,
                           const struct cqa_rubric_used *used)
{
    for (size_t i = 0; i < hashes->count; i++)
        if (is_of(&hashes->rubrics[i], used))
            return hashes->rubrics[i].text;
    if (hashes->count == CQA_HASHES_MAX)
        return "";
    struct cqa_rubric_hash *hash = &hashes->rubrics[hashes->count++];
    *hash = (struct cqa_rubric_hash){.rubric = used->rubric, .version = used->version};
    read_rubric(scores, hash);
    return hash->text;
}

void cqa_hashes_put(struct cqa_hashes *hashes, struct cqa_scores *scores,
                    const struct cqa_sheet *sheet, struct cqa_buffer *out)
{
    const struct cqa_rubric_used *used = sheet->tally ? sheet->tally->rubrics : NULL;
    const size_t count = sheet->tally ? sheet->tally->rubric_count : 0;

    cqa_json_put(out, ",\"hashes\":{\"scheme\":");
    cqa_json_text(out, hashes->scheme[0] ? hashes->scheme : NULL);
    cqa_json_put(out, ",\"rubrics\":[");
    for (size_t i = 0; i < count; i++) {
        const char *hash = hash_of(hashes, scores, &used[i]);
        cqa_json_put(out, i ? ",{\"rubric\":" : "{\"rubric\":");
        cqa_json_text(out, used[i].rubric);
        cqa_json_member(out, "version", used[i].version);
        cqa_json_member(out, "sha256", hash[0] ? hash : NULL);
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
    cqa_sheet_put_programs(sheet, out);
    cqa_json_put(out, "}");
}
