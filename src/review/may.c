/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/may.h"

#include <string.h>
#include "scores/when.h"

static const int64_t DAY_MS = 86400000;

/* ---- decisions */

enum cqa_status cqa_may_decide(const struct cqa_identity *who, const struct cqa_flag_target *target,
                               int is_closed, struct cqa_error *error)
{
    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a decision needs a person's name: log in instead of using a token");
    if (who->person != NULL && strcmp(who->person, target->person) == 0)
        return cqa_fail(error, CQA_E_REFUSED, "nobody decides on their own calls");
    if (is_closed)
        return cqa_fail(error, CQA_E_REFUSED, "the period of this call is closed");
    return CQA_OK;
}

static int is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

static enum cqa_status check_text(const char *what, const char *text, struct cqa_error *error)
{
    if (text == NULL || is_blank(text))
        return cqa_fail(error, CQA_E_BADDATA, "%p: must be given", cqa_words_for(what));
    if (strlen(text) > CQA_REASON_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%p: longer than %d bytes", cqa_words_for(what),
                        CQA_REASON_BYTES_MAX);
    return CQA_OK;
}

/* Points that a person gives lie within what the call's rubric allows for the rule. */
static enum cqa_status check_points(const struct cqa_flag_target *target, int64_t points_c,
                                    struct cqa_error *error)
{
    const struct cqa_rule_limits *limits = &target->limits;

    if (points_c >= limits->least_c && points_c <= limits->most_c)
        return CQA_OK;
    if (!limits->are_known)
        return cqa_fail(error, CQA_E_BADDATA, "points: allowed are 0 to %g",
                        (double)limits->most_c / 100);
    return cqa_fail(error, CQA_E_BADDATA, "points: rule %s allows %g to %g (rubric %s version %s)",
                    target->rule, (double)limits->least_c / 100, (double)limits->most_c / 100,
                    target->rubric, target->rubric_version);
}

/* An agent was told that it is settled: whoever decides otherwise tells them so, with a reason. */
static enum cqa_status check_settled(const struct cqa_flag_verdict *verdict,
                                     const struct cqa_flag_target *target, struct cqa_error *error)
{
    char when[CQA_WHEN_SIZE];

    if (target->settled == 0 || target->settled == verdict->answers)
        return CQA_OK;
    cqa_when_write(target->settled_ms, when);
    return cqa_fail(error, CQA_E_REFUSED,
                    "%s settled the objection to this flag at %s: it changes with a lead's new "
                    "answer to the objection alone",
                    target->settled_by, when);
}

/* What the decider has not seen. */
static enum cqa_status check_seen(const struct cqa_flag_verdict *verdict,
                                  const struct cqa_flag_target *target, struct cqa_error *error)
{
    const int is_as_seen = verdict->expected < 0 || verdict->expected == target->state;

    if (!is_as_seen && target->decided_by[0])
        return cqa_fail(error, CQA_E_REFUSED, "%s has decided meanwhile: the flag is %p now",
                        target->decided_by, cqa_words_for(cqa_flag_state_words[target->state]));
    if (!is_as_seen)
        return cqa_fail(error, CQA_E_REFUSED, "nobody has decided yet: the flag is %p now",
                        cqa_words_for(cqa_flag_state_words[target->state]));
    if (target->objection != 0 && target->objection != verdict->objection)
        return cqa_fail(error, CQA_E_REFUSED,
                        "an objection to this flag waits: read it before deciding");
    return CQA_OK;
}

enum cqa_status cqa_may_say(const struct cqa_flag_verdict *verdict,
                            const struct cqa_flag_target *target, struct cqa_error *error)
{
    const int needs_reason = verdict->state != CQA_FLAG_CONFIRMED && verdict->code == NULL;
    enum cqa_status status = CQA_OK;

    if (verdict->reason != NULL || needs_reason)
        status = check_text("reason", verdict->reason, error);
    if (status == CQA_OK)
        status = check_seen(verdict, target, error);
    if (status == CQA_OK)
        status = check_settled(verdict, target, error);
    return status == CQA_OK && verdict->state == CQA_FLAG_CHANGED
               ? check_points(target, verdict->points_c, error)
               : status;
}

enum cqa_status cqa_may_repeat(const struct cqa_flag_verdict *verdict, int64_t flag,
                               const struct cqa_decision_made *made, struct cqa_error *error)
{
    const int is_same = made->flag == flag && made->state == verdict->state && made->is_same &&
                        (verdict->state != CQA_FLAG_CHANGED || made->points_c == verdict->points_c);

    return is_same ? CQA_OK
                   : cqa_fail(error, CQA_E_REFUSED,
                              "this idempotency key came with other content before");
}

int64_t cqa_verdict_says(const struct cqa_flag_verdict *verdict, int64_t points_c)
{
    return verdict->state == CQA_FLAG_OVERTURNED ? 0
           : verdict->state == CQA_FLAG_CHANGED  ? verdict->points_c
                                                 : points_c;
}

struct cqa_verdict_cost cqa_verdict_costs(const struct cqa_flag_target *target, int64_t said_c,
                                          int64_t room_c)
{
    return (struct cqa_verdict_cost){said_c,
                                     said_c < room_c || target->limits.fails ? said_c : room_c};
}

enum cqa_status cqa_may_add(const struct cqa_manual_flag *manual,
                            const struct cqa_flag_target *target, struct cqa_error *error)
{
    if (target->rubric[0] == '\0')
        return cqa_fail(error, CQA_E_BADDATA,
                        "the call was not scored: nothing can be added to it");
    if (!target->limits.are_known)
        return cqa_fail(error, CQA_E_BADDATA,
                        "rule: rubric %s version %s, as the server knows it, has no rule %s",
                        target->rubric, target->rubric_version, target->rule);
    if (manual->start_ms < 0 || manual->end_ms < manual->start_ms ||
        manual->end_ms > target->duration_ms)
        return cqa_fail(error, CQA_E_BADDATA,
                        "start_ms, end_ms: must lie in order within the recording (0 to %lld)",
                        (long long)target->duration_ms);
    const enum cqa_status status = check_text("note", manual->note, error);
    return status == CQA_OK ? check_points(target, manual->points_c, error) : status;
}

/* ---- objections */

enum cqa_status cqa_may_object(const struct cqa_identity *who, const struct cqa_objected *objected,
                               const char *text, int64_t days, int64_t now_ms,
                               struct cqa_error *error)
{
    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "an objection needs a person's name: log in instead of using a token");
    if (is_blank(text) || strlen(text) > CQA_REASON_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "text: must have 1 to %d bytes",
                        CQA_REASON_BYTES_MAX);
    if (objected->is_closed)
        return cqa_fail(error, CQA_E_REFUSED, "the period of this call is closed");
    if (objected->already)
        return cqa_fail(error, CQA_E_REFUSED, "there is an objection to this flag already");
    if (now_ms - objected->since_ms > days * DAY_MS)
        return cqa_fail(error, CQA_E_REFUSED, "the %lld days for an objection are over",
                        (long long)days);
    return CQA_OK;
}

enum cqa_status cqa_may_answer_now(const struct cqa_objection_found *found, int again,
                                   struct cqa_error *error)
{
    char when[CQA_WHEN_SIZE];

    if (found->outcome == CQA_OBJECTION_OPEN || again)
        return CQA_OK;
    cqa_when_write(found->decided_ms, when);
    return cqa_fail(error, CQA_E_REFUSED,
                    "%s settled this objection at %s: a new answer must say that it is one (again)",
                    found->decided_by, when);
}

enum cqa_status cqa_may_answer(const struct cqa_flag_verdict *verdict, struct cqa_error *error)
{
    if (verdict->reason == NULL || verdict->state == CQA_FLAG_OPEN)
        return cqa_fail(error, CQA_E_BADDATA,
                        "an objection is answered with confirmed, overturned or changed, and a "
                        "reason");
    return CQA_OK;
}

/* ---- periods */

enum cqa_status cqa_may_close_days(int64_t today, int64_t day_from, int64_t day_to,
                                   struct cqa_error *error)
{
    if (day_from > day_to)
        return cqa_fail(error, CQA_E_BADDATA, "to: must not lie before from");
    if (day_to >= today)
        return cqa_fail(error, CQA_E_BADDATA, "to: a day that is not over cannot be closed");
    return CQA_OK;
}

enum cqa_status cqa_may_close(const struct cqa_period_open *open, int64_t overlapping,
                              int ignore_open, struct cqa_error *error)
{
    if (overlapping > 0)
        return cqa_fail(error, CQA_E_REFUSED, "the days overlap a period that is closed");
    if (ignore_open || open->open_flags + open->open_objections == 0)
        return CQA_OK;
    if (open->open_objections == 0)
        return cqa_fail(error, CQA_E_REFUSED, "%lld flags of these days are undecided",
                        (long long)open->open_flags);
    return cqa_fail(error, CQA_E_REFUSED,
                    "%lld flags of these days are undecided, and %lld objections unanswered",
                    (long long)open->open_flags, (long long)open->open_objections);
}
