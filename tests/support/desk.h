/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_DESK_H
#define CQA_TESTS_DESK_H

#include "support/served.h"

/* A server with the people of an appraisal logged in: hana is hr; lea leads the east, where zhang
 * and li sit, wei the west, where wang sits; ann is an auditor, root the admin. */
extern struct served served;

int desk_set_up(void **state);
int desk_tear_down(void **state);

/* Puts the three agents on the roster, extensions 8001 to 8003. */
void seat_people(void);

/* As this person; finish the reply. */
struct reply as(const char *name, const char *method, const char *path, const char *json);
int tried(const char *name, const char *method, const char *path, const char *json); /* status */
struct reply upload(const char *name, const char *method, const char *path, const char *csv);
int uploaded(const char *name, const char *method, const char *path, const char *csv); /* status */

/* Opens an appraisal of 2025-11, or of the period; the path of its resources, in static memory, two
 * at a time. */
const char *open_round(const char *scheme);
const char *open_round_of(const char *scheme, const char *period);

/* Behind the server's back, as a program of before would have written them. */
void let_closed_rounds_change(void);

/* The path of a resource under another. Static memory, two at a time. */
const char *under(const char *round, const char *what);

void import(const char *round, const char *csv);
void import_as(const char *round, const char *file, const char *csv); /* must be taken */
void move(const char *round, const char *stage);                      /* must work */

/* Whether the reply holds this text as it is: numbers are looked at before any reader makes doubles
 * of them. */
void assert_has(const struct reply *reply, const char *text);
void assert_has_not(const struct reply *reply, const char *text);

/* Asks, and looks. */
void shows(const char *name, const char *path, const char *text);
void hides(const char *name, const char *path, const char *text);

#endif
