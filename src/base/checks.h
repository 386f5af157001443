/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_CHECKS_H
#define CQA_BASE_CHECKS_H

#include <limits.h>
#include "base/problems.h"
#include "base/yaml.h"

/* What a configuration names, held against this machine; problems are added at `node`. */

/* A file that has to be there, and can be read. 0 with a problem. */
int cqa_check_file(const struct cqa_yaml_node *node, const char *path,
                   struct cqa_problems *problems);

/* A folder of recordings, which need not be there yet: no file, and none of the system's own trees,
 * in which every file would be taken for one. 0 with a problem. */
int cqa_check_folder(const struct cqa_yaml_node *node, const char *path,
                     struct cqa_problems *problems);

/* A tree of the system's own that the path, without links, lies in or is; NULL: none. Static. */
const char *cqa_system_tree(const char *path);

/* Whether one path is the other or lies below it, as they are written. */
int cqa_path_lies_in(const char *path, const char *folder);

/* `path` without links and dots, in `out`, as far as it is there: of what is not, the part that is
 * leads on to the rest as written. A shared mount is not asked (base/mounts.h): what lies on it
 * stays as written. Returns `out`. */
const char *cqa_path_real(const char *path, char out[PATH_MAX]);

#endif
