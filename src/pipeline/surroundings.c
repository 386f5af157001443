/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/surroundings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/checks.h"
#include "base/mounts.h"
#include "post/post.h"

enum { DATABASE_WAIT_MS = 5000 };

/* ---- folders */

/* StateDirectory= of the unit, which makes it. */
#define CQA_STATE_OF_UNIT "/var/lib/callqa"

int cqa_check_overlap(const char *left, const char *right)
{
    char buffers[2][PATH_MAX];
    const char *one = cqa_path_real(left, buffers[0]);
    const char *other = cqa_path_real(right, buffers[1]);

    return cqa_path_lies_in(one, other) || cqa_path_lies_in(other, one);
}

/* What the unit (systemd/callqad.service) keeps from the service; a drop-in may give it back. */
static void check_hidden(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                         const char *path)
{
    static const char *const hidden[][2] = {{"/home", "ProtectHome="},
                                            {"/root", "ProtectHome="},
                                            {"/run/user", "ProtectHome="},
                                            {"/tmp", "PrivateTmp="},
                                            {"/var/tmp", "PrivateTmp="}};
    char buffer[PATH_MAX];
    const char *real = cqa_path_real(path, buffer);

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (cqa_path_lies_in(real, hidden[i][0]))
            cqa_yaml_problem(node, around->notes,
                             "%s: the unit callqad.service does not see %s (%s): it takes a "
                             "drop-in that says otherwise, or another place",
                             path, hidden[i][0], hidden[i][1]);
}

void cqa_check_watched(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                       const char *path)
{
    /* A network folder whose server is away would never answer. */
    if (!cqa_check_folder(node, path, around->problems) || around->notes == NULL ||
        cqa_path_is_shared(path, NULL))
        return;
    check_hidden(around, node, path);
    if (access(path, F_OK) != 0)
        cqa_yaml_problem(node, errno == ENOENT ? around->notes : around->problems, "%s: %p", path,
                         cqa_words_of_errno(errno));
    else if (access(path, R_OK | X_OK) != 0)
        cqa_yaml_problem(node, around->problems,
                         "%s cannot be read by the user of this check: give that user the group of "
                         "the recordings",
                         path);
}

void cqa_check_state(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                     const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        cqa_yaml_problem(node, around->problems, "%s is no folder", path);
    else if (around->notes != NULL && access(path, F_OK) != 0)
        cqa_yaml_problem(
            node,
            errno == ENOENT && strcmp(path, CQA_STATE_OF_UNIT) == 0 ? around->notes
                                                                    : around->problems,
            "%s: %p; it is made by whoever sets the service up (install -d -o callqa -m 750)", path,
            cqa_words_of_errno(errno));
    else if (around->notes != NULL && access(path, R_OK | W_OK | X_OK) != 0)
        cqa_yaml_problem(node, around->problems, "%s cannot be written: %p", path,
                         cqa_words_of_errno(errno));
    if (around->notes != NULL)
        check_hidden(around, node, path);
}

void cqa_check_source(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                      const char *path)
{
    if (around->notes == NULL || cqa_path_is_shared(path, NULL))
        return;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        cqa_yaml_problem(node, around->problems, "%s: %p", path, cqa_words_of_errno(ENOENT));
    check_hidden(around, node, path);
}

void cqa_check_database(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                        const struct cqa_sql_place *place)
{
    struct cqa_sql_place asked = *place;
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;

    if (around->notes == NULL || place->host == NULL || place->user == NULL ||
        place->database == NULL)
        return;
    asked.wait_ms = DATABASE_WAIT_MS;
    if (cqa_sql_open(&asked, &sql, &error) != CQA_OK)
        cqa_yaml_problem(node, around->notes, "the database cannot be asked now: %p",
                         &error.message);
    cqa_sql_close(sql);
}

int cqa_check_apart(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                    const char *state, const char *watched)
{
    char buffers[2][PATH_MAX];

    if (cqa_system_tree(watched) != NULL || /* is said already */
        !cqa_path_lies_in(cqa_path_real(state, buffers[0]), cqa_path_real(watched, buffers[1])))
        return 1;
    cqa_yaml_problem(node, around->problems,
                     "lies in the watched folder %s: its files would be taken for recordings",
                     watched);
    return 0;
}

/* ---- files and addresses */

void cqa_check_secret(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                      const char *path, int is_webhook)
{
    struct cqa_error error = {0};
    int is_open = 0;

    if (cqa_post_check_secret(path, is_webhook, &is_open, &error) != CQA_OK)
        cqa_yaml_problem(node, around->problems, "%p", &error.message);
    else if (is_open && around->notes != NULL)
        cqa_yaml_problem(
            node, around->problems,
            "everybody on this machine can read %s or its group can write it: chmod 640 "
            "it, owned by root, in the group of the service",
            path);
}

void cqa_check_address(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                       const char *url)
{
    static const char usual[] = "/api/v1/results";
    struct cqa_error error = {0};
    const char *host = strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');

    if (cqa_post_check_url(url, &error) != CQA_OK)
        cqa_yaml_problem(node, around->problems, "%p", &error.message);
    else if (path == NULL || path[1] == '\0')
        cqa_yaml_problem(node, around->problems,
                         "has no path: the scoring server takes results at %s", usual);
    else if (around->notes != NULL && strstr(path, usual) == NULL)
        cqa_yaml_problem(node, around->notes, "the scoring server takes results at %s", usual);
}
