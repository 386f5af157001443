#ifndef CQA_PIPELINE_PREVIEW_H
#define CQA_PIPELINE_PREVIEW_H

#include <stdint.h>
#include "pipeline/config.h"

/* Told of each recording: `why` is "new", "changed", or the state that it waits in. Return 0 to
 * stop. */
typedef int cqa_preview_tell(void *context, const char *path, const char *why);

/*
 * What a sweep would analyse, without doing it: what has settled in the watched folders and has no
 * result in the store. Waits one settling time. Changes nothing.
 */
enum cqa_status cqa_preview(const struct cqa_config *config, int64_t since_ms,
                            cqa_preview_tell *tell, void *context,
                            struct cqa_error *error) CQA_MUST_CHECK;

#endif
