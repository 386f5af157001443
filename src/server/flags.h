#ifndef CQA_SERVER_FLAGS_H
#define CQA_SERVER_FLAGS_H

#include <stdint.h>
#include "server/decided.h"
#include "server/store.h"

/* One flag. Texts are borrowed for the visit; NULL where there is none. */
struct cqa_flag_row {
    int64_t id, call;
    int64_t ordinal; /* of the call's deductions; -1: not of the analyzer */
    const char *rule;
    enum cqa_severity severity;
    int64_t points_c;   /* as computed */
    int64_t standing_c; /* as decided */
    int64_t confidence; /* per mille */
    int64_t start_ms, end_ms;
    int automatic_fail;
    const char *event_type;
    const char *author, *note; /* who added it by hand, and why */
    enum cqa_flag_state state;
    const char *decided_by, *reason;
    int64_t decided_ms;
};

/* The current flags of a call, the analyzer's first, in their order. */
enum cqa_status cqa_scores_call_flags(struct cqa_scores *scores, int64_t call,
                                      int (*visit)(void *context, const struct cqa_flag_row *row),
                                      void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
