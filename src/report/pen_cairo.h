/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PEN_CAIRO_H
#define CQA_REPORT_PEN_CAIRO_H

#include "report/pen.h"

/* A pen on a cairo_t, borrowed. Failures stick in it. */
struct cqa_pen cqa_pen_on_cairo(void *cairo);

#endif
