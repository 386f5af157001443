/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_G711_H
#define CQA_AUDIO_G711_H

/* The level that a code of ITU-T G.711 stands for, ±1 full scale. `code` is 0..255, as it travels.
 */
float cqa_ulaw_level(unsigned code);
float cqa_alaw_level(unsigned code);

#endif
