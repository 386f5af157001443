/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/audit_tell.h"

#include "base/log.h"
#include "scores/audit.h"
#include "scores/notices.h"
#include "scores/store_internal.h"

enum { DAY_MS = 24 * 3600 * 1000 };

void cqa_audit_tell(struct cqa_scores *scores, int64_t *told_day)
{
    const int64_t day = cqa_scores_now_ms(scores) / DAY_MS;
    struct cqa_error error = {0};
    char head[CQA_AUDIT_HEAD_SIZE];
    int64_t row = 0;

    if (*told_day == day)
        return;
    enum cqa_status status = cqa_audit_head(scores, &row, head, &error);
    if (status == CQA_OK && row > 0) {
        cqa_log(CQA_LOG_NOTICE, "the audit log ends with row %lld, hash %s", (long long)row, head);
        status = cqa_notice_of_audit(scores, day, row, head, &error);
    }
    if (status == CQA_OK)
        *told_day = day;
    else
        cqa_log(CQA_LOG_WARNING, "audit: %p", &error.message);
}
