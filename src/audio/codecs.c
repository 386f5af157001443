/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/codecs.h"

#include <stddef.h>

static const struct {
    unsigned tag;
    const char *name;
} names[] = {
    {0x0004, "VSELP"},
    {0x0008, "DTS"},
    {0x0010, "OKI ADPCM"},
    {0x0012, "MediaSpace ADPCM"},
    {0x0014, "G.723 ADPCM"},
    {0x0015, "DIGISTD"},
    {0x0016, "DIGIFIX"},
    {0x0017, "Dialogic OKI ADPCM"},
    {0x0020, "Yamaha ADPCM"},
    {0x0022, "TrueSpeech"},
    {0x0028, "LPC-10"},
    {0x0034, "CELP"},
    {0x0038, "NMS VBX ADPCM"},
    {0x003F, "Rockwell ADPCM"},
    {0x0040, "G.721 ADPCM"},
    {0x0041, "G.728 CELP"},
    {0x0042, "G.723.1"},
    {0x0045, "G.726 ADPCM"},
    {0x0050, "MPEG layer 1 or 2"},
    {0x0062, "Voxware"},
    {0x0064, "G.726 ADPCM"},
    {0x0065, "G.722 ADPCM"},
    {0x0083, "G.729"},
    {0x0084, "G.729A"},
    {0x00FF, "AAC"},
    {0x0111, "Vivo G.723"},
    {0x0125, "Sanyo ADPCM"},
    {0x0130, "ACELP.net"},
    {0x0133, "G.729A by Sipro"},
    {0x0135, "Kelvin by Sipro"},
    {0x0160, "Windows Media Audio 1"},
    {0x0161, "Windows Media Audio 2"},
    {0x0162, "Windows Media Audio Pro"},
    {0x028F, "G.722"},
    {0x1600, "AAC in ADTS"},
    {0x1610, "HE-AAC"},
    {0x2000, "AC-3"},
    {0x4143, "Vivo G.723"},
    {0x674F, "Vorbis"},
    {0x704F, "Opus"},
    {0x7A21, "AMR"},
    {0xA100, "G.723.1 by Comverse"},
    {0xA106, "AAC"},
    {0xA109, "Speex"},
    {0xA112, "G.728 CELP"},
    {0xF1AC, "FLAC"},
};

const char *cqa_codec_name(unsigned tag)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].tag == tag)
            return names[i].name;
    }
    return "unknown codec";
}
