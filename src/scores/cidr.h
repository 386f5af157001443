/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_CIDR_H
#define CQA_SCORES_CIDR_H

/* Ranges of addresses: "10.1.0.0/16", "2001:db8::/32", or one address. */

/* Whether the text is one: no bits behind its prefix, which would be somebody's slip. */
int cqa_cidr_is_good(const char *range);

/* Whether the address (numeric; IPv4 in IPv6 counts as IPv4) lies in it. 0 for what is neither. */
int cqa_cidr_holds(const char *range, const char *address);

#endif
