/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/surroundings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/checks.h"
#include "base/mounts.h"
#include "post/post.h"

/* ---- folders */

int cqa_check_overlap(const char *left, const char *right)
{
    char buffers[2][PATH_MAX];
    const char *one = cqa_path_real(left, buffers[0]);
    const char *other = cqa_path_real(right, buffers[1]);

    return cqa_path_lies_in(one, other) || cqa_path_lies_in(other, one);
}

void cqa_check_watched(const struct cqa_surroundings *around, const struct cqa_yaml_node *node,
                       const char *path)
{
    /* A network folder whose server is away would never answer. */
    if (!cqa_check_folder(node, path, around->problems) || around->notes == NULL ||
        cqa_path_is_shared(path, NULL))
        return;
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
        cqa_yaml_problem(node, errno == ENOENT ? around->notes : around->problems, "%s: %p", path,
                         cqa_words_of_errno(errno));
    else if (around->notes != NULL && access(path, R_OK | W_OK | X_OK) != 0)
        cqa_yaml_problem(node, around->problems, "%s cannot be written: %p", path,
                         cqa_words_of_errno(errno));
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
