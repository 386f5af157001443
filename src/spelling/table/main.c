/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes to stdout how Chinese characters are spelt, as C, once, when the server is built: ICU
 * knows it, but takes half a second and its rules' memory to know it again in each program.
 */
#include <stdio.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { FIRST = 0x4E00, LAST = 0x9FFF, SYLLABLE_SIZE = 16, SYLLABLES_MAX = 2000 };

static char syllables[SYLLABLES_MAX][SYLLABLE_SIZE]; /* the first is "" */
static int syllable_count = 1;

static int number_of(const char *syllable)
{
    for (int i = 0; i < syllable_count; i++)
        if (strcmp(syllables[i], syllable) == 0)
            return i;
    if (syllable_count == SYLLABLES_MAX)
        return 0;
    snprintf(syllables[syllable_count], SYLLABLE_SIZE, "%s", syllable);
    return syllable_count++;
}

static UTransliterator *open_as(const char *id)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar name[128];

    u_uastrcpy(name, id);
    UTransliterator *out = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    if (U_FAILURE(code))
        fprintf(stderr, "callqa-spelling-table: %s: %s\n", id, u_errorName(code));
    return U_FAILURE(code) ? NULL : out;
}

/* The syllable's number; 0 where ICU does not know the character. */
static int spelt(const UTransliterator *how, UChar character)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar text[64] = {character, 0};
    char out[SYLLABLE_SIZE];
    int32_t length = 1;
    int32_t limit = 1;
    int kept = 0;

    utrans_transUChars(how, text, &length, 64, 0, &limit, &code);
    for (int i = 0; U_SUCCESS(code) && i < length && kept < SYLLABLE_SIZE - 1; i++) {
        const UChar letter = text[i] == 0xFC ? 'v' : text[i];
        if (letter < 'a' || letter > 'z')
            return 0;
        out[kept++] = (char)letter;
    }
    out[kept] = '\0';
    return number_of(out);
}

static void write_syllables(void)
{
    printf("static const char *const syllables[] = {");
    for (int i = 0; i < syllable_count; i++)
        printf("\"%s\",", syllables[i]);
    printf("};\n");
}

static void write_readings(const UTransliterator *usual)
{
    printf("enum { FIRST_CHARACTER = %d, LAST_CHARACTER = %d };\n"
           "static const uint16_t readings[] = {",
           FIRST, LAST);
    for (int c = FIRST; c <= LAST; c++)
        printf("%d,", spelt(usual, (UChar)c));
    printf("};\n");
}

/* What is read otherwise as a family's name. */
static void write_surnames(const UTransliterator *usual, const UTransliterator *names)
{
    printf("static const struct { uint16_t character, syllable; } surnames[] = {");
    for (int c = FIRST; c <= LAST; c++)
        if (spelt(usual, (UChar)c) != spelt(names, (UChar)c))
            printf("{%d,%d},", c, spelt(names, (UChar)c));
    printf("};\n");
}

int main(void)
{
    /* without tones, but for ü */
    static const char plain[] = "; NFD; [[:Mn:]-[\\u0308]] Remove; NFC; Lower";
    char id[128];

    snprintf(id, sizeof id, "Han-Latin%s", plain);
    UTransliterator *usual = open_as(id);
    snprintf(id, sizeof id, "Han-Latin/Names%s", plain);
    UTransliterator *names = open_as(id);
    if (usual == NULL || names == NULL)
        return 1;
    printf("/* Made by callqa-spelling-table. */\n");
    write_readings(usual);
    write_surnames(usual, names);
    write_syllables();
    utrans_close(usual);
    utrans_close(names);
    return syllable_count == SYLLABLES_MAX || fflush(stdout) != 0;
}
