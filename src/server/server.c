/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "api/beside.h"
#include "api/routes.h"
#include "http/serve.h"
#include "review/learn.h"
#include "server/filler.h"
#include "server/notifier.h"
#include "server/worker.h"

struct cqa_server {
    struct cqa_beside beside;
    struct cqa_notifier *notifier;
    struct cqa_counters counters;
    struct cqa_http *http;
    struct cqa_worker *worker;
    struct cqa_filler *filler;
};

/* What is rendered goes beside the store, the one folder that the server may surely write to; where
 * the store is no file, into the folder that the service has. */
static enum cqa_status make_playback(struct cqa_server *server, const char *store_path,
                                     struct cqa_error *error)
{
    const char *own = getenv("STATE_DIRECTORY");
    char folder[4096];

    snprintf(folder, sizeof folder, "%s",
             store_path != NULL ? store_path
             : own != NULL      ? own
                                : "/var/tmp");
    char *slash = store_path == NULL ? NULL : strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0';
    return cqa_playback_create(&server->beside.playback, folder, error);
}

enum cqa_status cqa_server_start(struct cqa_server **out, const struct cqa_server_config *config,
                                 struct cqa_scores *scores, const struct cqa_clock *clock,
                                 int socket, struct cqa_error *error)
{
    struct cqa_server *server = calloc(1, sizeof *server);

    if (server == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    server->beside.jobs = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum cqa_status status = server->beside.jobs < 0
                                 ? cqa_fail_errno(error, "eventfd")
                                 : make_playback(server, config->store.path, error);
    if (status == CQA_OK) {
        cqa_rubrics_learn(scores);
        cqa_notices_to(scores, &config->notices);
        status = cqa_notifier_start(&server->notifier, &config->notices, scores, clock,
                                    &server->counters, error);
    }
    const struct cqa_http_order order = {
        config, scores, clock, &cqa_api_routes, &server->counters, &server->beside, socket};
    if (status == CQA_OK)
        status = cqa_http_start(&server->http, &order, error);
    if (status == CQA_OK)
        status = cqa_worker_start(&server->worker, scores, clock, server->http, server->beside.jobs,
                                  error);
    if (status == CQA_OK)
        status = cqa_filler_start(&server->filler, scores, clock, error);
    if (status == CQA_OK)
        *out = server;
    else
        cqa_server_stop(server);
    return status;
}

void cqa_server_stop(struct cqa_server *server)
{
    if (server == NULL)
        return;
    cqa_filler_stop(server->filler);
    cqa_worker_stop(server->worker);
    cqa_http_stop(server->http);
    cqa_notifier_stop(server->notifier);
    cqa_playback_destroy(server->beside.playback);
    if (server->beside.jobs >= 0)
        close(server->beside.jobs);
    free(server);
}

const char *cqa_server_address(const struct cqa_server *server)
{
    return cqa_http_address(server->http);
}

int cqa_server_port(const struct cqa_server *server)
{
    return cqa_http_port(server->http);
}
