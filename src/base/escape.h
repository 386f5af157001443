#ifndef CQA_BASE_ESCAPE_H
#define CQA_BASE_ESCAPE_H

#include <stddef.h>

/*
 * Copies `text` to `out` (`size` bytes, always terminated) with control characters and invalid
 * UTF-8 as \xNN and a backslash as \\, so that a name cannot forge lines. Cut at a whole character
 * when it does not fit.
 */
void cqa_escape_control(const char *text, char *out, size_t size);

#endif
