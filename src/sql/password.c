/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sql/driver.h"

static enum cqa_status read_line(int fd, const char *path, char out[CQA_SQL_PASSWORD_MAX + 1],
                                 struct cqa_error *error)
{
    struct stat status;
    const ssize_t count = read(fd, out, CQA_SQL_PASSWORD_MAX + 1);

    if (count < 0 || fstat(fd, &status) != 0)
        return cqa_fail_errno(error, "%s", path);
    if ((status.st_mode & S_IRWXO) != 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "%s: everybody may read this password; take that right away (chmod o=)",
                        path);
    if (count > CQA_SQL_PASSWORD_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "%s: a password has at most %d bytes", path,
                        CQA_SQL_PASSWORD_MAX);
    out[count] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    return CQA_OK;
}

enum cqa_status cqa_sql_password(const char *path, char out[CQA_SQL_PASSWORD_MAX + 1],
                                 struct cqa_error *error)
{
    out[0] = '\0';
    if (path == NULL)
        return CQA_OK;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cqa_fail_errno(error, "%s", path);
    const enum cqa_status status = read_line(fd, path, out, error);
    (void)close(fd);
    return status;
}
