/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_SIDECAR_CHILD_H
#define CQA_RECORDER_SIDECAR_CHILD_H

/*
 * The role of a child that reads one sidecar (child/child.h), for the table of roles of a program
 * that reads sidecars: what lies beside a recording comes from other people's machines too.
 */
#define CQA_ROLE_SIDECAR "sidecar"

/* As struct cqa_child_role wants them. */
void cqa_sidecar_warm(void);
void cqa_sidecar_live(void *context);

#endif
