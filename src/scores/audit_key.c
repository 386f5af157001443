/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/audit_key.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char first_words[] = "callqa-audit-key 1 ";

enum { LINE_SIZE = 128, HEX_SIZE = 2 * CQA_AUDIT_KEY_SIZE + 1 };

/* "callqa-audit-key 1 FROM HEX", a line. */
static int parse(const char *line, struct cqa_audit_key *out)
{
    const size_t first = sizeof first_words - 1;
    char *hex = NULL;
    const char *end = NULL;
    size_t length = 0;

    if (strncmp(line, first_words, first) != 0)
        return 0;
    out->from = strtoll(line + first, &hex, 10);
    return out->from > 0 && hex[0] == ' ' &&
           sodium_hex2bin(out->bytes, sizeof out->bytes, hex + 1, strcspn(hex + 1, "\n"), NULL,
                          &length, &end) == 0 &&
           length == sizeof out->bytes && end[0] == '\n';
}

static enum cqa_status read_key(int fd, const char *path, struct cqa_audit_key *out,
                                struct cqa_error *error)
{
    char line[LINE_SIZE] = "";
    struct stat facts;
    const ssize_t count = pread(fd, line, sizeof line - 1, 0);

    if (count < 0 || fstat(fd, &facts) != 0)
        return cqa_fail_errno(error, "%s", path);
    if ((facts.st_mode & 077) != 0)
        return cqa_fail(error, CQA_E_BADDATA, "%s: others than its owner may use it: chmod 600",
                        path);
    return parse(line, out) ? CQA_OK
                            : cqa_fail(error, CQA_E_BADDATA, "%s: no key of an audit log", path);
}

static int write_key(int fd, const char *beside, int64_t next)
{
    unsigned char bytes[CQA_AUDIT_KEY_SIZE];
    char hex[HEX_SIZE];
    struct stat owner;

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    const int good =
        dprintf(fd, "%s%" PRId64 " %s\n", first_words, next, hex) > 0 && fsync(fd) == 0;
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(hex, sizeof hex);
    return good && (beside == NULL || stat(beside, &owner) != 0 || geteuid() != 0 ||
                    fchown(fd, owner.st_uid, owner.st_gid) == 0);
}

/* Whole or not at all, and never in place of one that another process has made meanwhile. */
static enum cqa_status make_key(const char *path, const char *beside, int64_t next,
                                struct cqa_error *error)
{
    char temporary[PATH_MAX];

    if ((size_t)snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid()) >=
        sizeof temporary)
        return cqa_fail(error, CQA_E_LIMIT, "the path of the audit log's key is too long");
    (void)unlink(temporary);
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return cqa_fail_errno(error, "%s", path);
    const int good = write_key(fd, beside, next) && (link(temporary, path) == 0 || errno == EEXIST);
    const enum cqa_status status = good ? CQA_OK : cqa_fail_errno(error, "%s", path);
    close(fd);
    (void)unlink(temporary);
    return status;
}

enum cqa_status cqa_audit_key_open(const char *path, const char *beside, int64_t next,
                                   struct cqa_audit_key *out, struct cqa_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        const enum cqa_status made = make_key(path, beside, next, error);
        if (made != CQA_OK)
            return made;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return cqa_fail_errno(error, "%s", path);
    const enum cqa_status status = read_key(fd, path, out, error);
    close(fd);
    return status;
}

void cqa_audit_key_print(const struct cqa_audit_key *key, unsigned char out[CQA_AUDIT_PRINT_SIZE])
{
    static const unsigned char purpose[] = "fingerprint";

    crypto_generichash(out, CQA_AUDIT_PRINT_SIZE, purpose, sizeof purpose - 1, key->bytes,
                       sizeof key->bytes);
}
