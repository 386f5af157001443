/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>
#include "recorder/parts.h"

/* What recordings end in, of whatever is read (docs/recorders.md, Codecs and containers). */
static const char *const endings[] = {
    "wav",     "wav16",   "wav48",   "wav49",   "wave", "w64",    "rf64",   "aif",    "aiff",
    "aifc",    "au",      "snd",     "caf",     "mp3",  "mp2",    "flac",   "ogg",    "oga",
    "opus",    "spx",     "m4a",     "m4b",     "mp4",  "mov",    "3gp",    "3gpp",   "3g2",
    "amr",     "awb",     "amr-wb",  "wma",     "asf",  "aac",    "adts",   "mka",    "mkv",
    "webm",    "weba",    "ilbc",    "lbc",     "flv",  "voc",    "sph",    "nist",   "ra",
    "rm",      "wv",      "tta",     "ape",     "gsm",  "vox",    "ulaw",   "ul",     "mu",
    "pcm",     "alaw",    "al",      "raw",     "sln",  "slin",   "sln12",  "sln16",  "sln24",
    "sln32",   "sln44",   "sln48",   "sln96",   "g722", "g729",   "g723",   "g719",   "g723sf",
    "g726-16", "g726-24", "g726-32", "g726-40", "sln8", "sln192", "siren7", "siren14"};

const char *cqa_ending_to_wav(const char *path, struct cqa_arena *arena)
{
    const char *dot = strrchr(path, '.');
    int known = 0;

    for (size_t i = 0; dot != NULL && !known && i < sizeof endings / sizeof *endings; i++)
        known = strcasecmp(dot + 1, endings[i]) == 0;
    if (!known || strcmp(dot, ".wav") == 0)
        return NULL;
    const size_t length = (size_t)(dot - path);
    char *out = cqa_arena_alloc(arena, length + sizeof ".wav");
    if (out != NULL) {
        memcpy(out, path, length);
        memcpy(out + length, ".wav", sizeof ".wav");
    }
    return out;
}
