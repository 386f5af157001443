/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk as SQLite sees it: the system's own, that is full at times, fails, and can be left in
 * the middle of a write. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sim/world.h"

struct disk_file {
    sqlite3_file base;
    const char *name; /* "db" or "journal" */
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct disk_file *)file)->real;
}

static const char *name_of(sqlite3_file *file)
{
    return ((struct disk_file *)file)->name;
}

/* SQLITE_OK: the disk takes what is to be written now. */
static int is_hurt(int broken)
{
    if (sim->calm)
        return SQLITE_OK;
    if (sim->full == 0 && sim_happens(400))
        sim->full = 1 + (int)sim_draw(40);
    if (sim->full > 0) {
        sim->full--;
        sim_say("  the disk is full");
        return SQLITE_FULL;
    }
    if (sim_happens(1500)) {
        sim_say("  the disk is broken");
        return broken;
    }
    return SQLITE_OK;
}

static int on_close(sqlite3_file *file)
{
    const int code = real_of(file)->pMethods->xClose(real_of(file));

    free(real_of(file));
    return code;
}

static int on_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    if (sim_happens(20000))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}

static int on_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    const int dies = sim_step("writes %d bytes of the %s at %lld", count, name_of(file), offset);

    if (dies) {
        const int part = (int)sim_draw((uint64_t)count + 1);
        if (part > 0)
            (void)real_of(file)->pMethods->xWrite(real_of(file), bytes, part, offset);
        sim_die();
    }
    const int code = is_hurt(SQLITE_IOERR_WRITE);
    if (code != SQLITE_OK)
        return code;
    if (sim->mutation == SIM_FORGETFUL_DISK && offset > 0 && sim_happens(60))
        return SQLITE_OK;
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, offset);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (sim_step("cuts the %s to %lld bytes", name_of(file), size))
        sim_die();
    const int code = is_hurt(SQLITE_IOERR_TRUNCATE);
    return code != SQLITE_OK ? code : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int on_sync(sqlite3_file *file, int flags)
{
    if (sim_step("syncs the %s", name_of(file)))
        sim_die();
    const int code = is_hurt(SQLITE_IOERR_FSYNC);
    (void)flags; /* nothing here outlives a power cut anyway */
    return code;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int on_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int on_check_reserved(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int on_control(sqlite3_file *file, int what, void *value)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, value);
}

static int on_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = on_close,
                                           .xRead = on_read,
                                           .xWrite = on_write,
                                           .xTruncate = on_truncate,
                                           .xSync = on_sync,
                                           .xFileSize = on_size,
                                           .xLock = on_lock,
                                           .xUnlock = on_unlock,
                                           .xCheckReservedLock = on_check_reserved,
                                           .xFileControl = on_control,
                                           .xSectorSize = on_sector,
                                           .xDeviceCharacteristics = on_characteristics};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                   int *out_flags)
{
    struct disk_file *disk = (struct disk_file *)file;

    (void)vfs;
    disk->base.pMethods = NULL;
    disk->name = flags & SQLITE_OPEN_MAIN_DB ? "db" : "journal";
    if (sim_step("opens the %s", disk->name))
        sim_die();
    disk->real = calloc(1, (size_t)real_vfs->szOsFile);
    if (disk->real == NULL)
        return SQLITE_NOMEM;
    const int code = real_vfs->xOpen(real_vfs, name, disk->real, flags, out_flags);
    if (code == SQLITE_OK)
        disk->base.pMethods = &methods;
    else
        free(disk->real);
    return code;
}

void sim_disk_install(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim = *real_vfs;
    shim.zName = "sim";
    shim.szOsFile = (int)sizeof(struct disk_file);
    shim.xOpen = on_open;
    if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
        abort();
}
