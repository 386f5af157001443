/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/g711.h"

/* The codes are stored inverted. */
float cqa_ulaw_level(unsigned code)
{
    const unsigned bits = ~code & 0xFF;
    const int magnitude = (int)((((bits & 0x0F) << 3) + 0x84) << (bits >> 4 & 7)) - 0x84;

    return (float)(bits & 0x80 ? -magnitude : magnitude) / 32768.0F;
}

/* Every other bit is stored inverted; the sign bit is set for positive values. */
float cqa_alaw_level(unsigned code)
{
    const unsigned bits = code ^ 0x55;
    const unsigned segment = bits >> 4 & 7;
    const unsigned mantissa = (bits & 0x0F) << 4;
    const int magnitude = (int)(segment == 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1));

    return (float)(bits & 0x80 ? magnitude : -magnitude) / 32768.0F;
}
