/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/database.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOBODY = 65534, START_TRIES = 300, PATH_SIZE = 160 };

#define POSTGRES_BIN "/usr/lib/postgresql/15/bin/"
static char initdb[] = POSTGRES_BIN "initdb";
static char postgres[] = POSTGRES_BIN "postgres";
static char create_database[] =
    "echo 'create database " DATABASE_USER "' | " POSTGRES_BIN "postgres --single -D data postgres";

/* ---- processes */

static void become_ordinary(void)
{
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(126);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static pid_t start(const struct database *database, char *const argv[])
{
    char log[PATH_SIZE];

    (void)snprintf(log, sizeof log, "%s/log", database->folder);
    const pid_t child = fork();
    if (child != 0)
        return child;
    become_ordinary();
    const int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir(database->folder) != 0)
        _exit(125);
    (void)unsetenv("LD_PRELOAD");
    execvp(argv[0], argv);
    _exit(127);
}

static void show_log(const struct database *database)
{
    char line[512];

    (void)snprintf(line, sizeof line, "%s/log", database->folder);
    FILE *log = fopen(line, "re");
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        (void)fputs(line, stderr);
    if (log != NULL)
        (void)fclose(log);
}

static int run(const struct database *database, char *const argv[])
{
    int code = -1;
    const pid_t child = start(database, argv);

    if (child < 0 || waitpid(child, &code, 0) != child || code != 0) {
        (void)fprintf(stderr, "%s: %d\n", argv[0], code);
        show_log(database);
        return -1;
    }
    return 0;
}

/* ---- files */

static int write_file(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const size_t length = strlen(text);

    if (fd < 0)
        return -1;
    const int good = write(fd, text, length) == (ssize_t)length && fchmod(fd, 0600) == 0;
    if (geteuid() == 0 && fchown(fd, NOBODY, NOBODY) != 0)
        return -1;
    return close(fd) == 0 && good ? 0 : -1;
}

static int make_folder(struct database *database)
{
    (void)strcpy(database->folder, "/tmp/callqa-database-XXXXXX");
    if (mkdtemp(database->folder) == NULL)
        return -1;
    if (geteuid() == 0 && chown(database->folder, NOBODY, NOBODY) != 0)
        return -1;
    (void)snprintf(database->password_file, sizeof database->password_file, "%s/password",
                   database->folder);
    return write_file(database->password_file, DATABASE_PASSWORD "\n");
}

/* ---- coming up */

static int is_there(const struct database *database, const struct cqa_sql_driver *driver)
{
    const struct cqa_sql_place place = database_place(database, driver);
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;

    if (cqa_sql_open(&place, &sql, &error) != CQA_OK)
        return 0;
    cqa_sql_close(sql);
    return 1;
}

static int await(const struct database *database, const struct cqa_sql_driver *driver)
{
    const struct timespec pause = {0, 100000000};

    for (int i = 0; i < START_TRIES; i++) {
        if (is_there(database, driver))
            return 0;
        (void)nanosleep(&pause, NULL);
    }
    (void)fprintf(stderr, "a database does not come up\n");
    show_log(database);
    return -1;
}

int database_start_postgres(struct database *database)
{
    char data[PATH_SIZE];
    char pwfile[PATH_SIZE];

    *database = (struct database){0};
    if (make_folder(database) != 0)
        return -1;
    (void)snprintf(data, sizeof data, "%s/data", database->folder);
    (void)snprintf(pwfile, sizeof pwfile, "--pwfile=%s", database->password_file);
    (void)snprintf(database->host, sizeof database->host, "%s", database->folder);
    char *const init[] = {initdb,
                          "-D",
                          data,
                          "-U",
                          DATABASE_USER,
                          pwfile,
                          "--auth=scram-sha-256",
                          "--encoding=UTF8",
                          "--locale=C.UTF-8",
                          "--locale-provider=icu", /* as people sort, which nothing may rely on */
                          "--icu-locale=und",
                          "--no-sync",
                          "--no-instructions",
                          NULL};
    if (run(database, init) != 0)
        return -1;
    char *const create[] = {"sh", "-c", create_database, NULL};
    if (run(database, create) != 0)
        return -1;
    return database_go_on(database);
}

void database_halt(struct database *database)
{
    if (database->server <= 0)
        return;
    (void)kill(database->server, SIGQUIT);
    (void)waitpid(database->server, NULL, 0);
    database->server = 0;
}

int database_go_on(struct database *database)
{
    char data[PATH_SIZE];

    (void)snprintf(data, sizeof data, "%s/data", database->folder);
    char *const serve[] = {postgres, "-D", data,        "-k", database->folder,     "-h",
                           "",       "-c", "fsync=off", "-c", "max_connections=40", NULL};
    database->server = start(database, serve);
    return database->server > 0 ? await(database, &cqa_sql_postgres) : -1;
}

static PGconn *connect_to(const struct database *database, const char *name)
{
    const char *const names[] = {"host", "user", "dbname", "password", NULL};
    const char *const values[] = {database->host, DATABASE_USER, name, DATABASE_PASSWORD, NULL};

    return PQconnectdbParams(names, values, 0);
}

static int execute(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    const ExecStatusType status = PQresultStatus(result);
    const int good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (!good)
        (void)fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(connection));
    PQclear(result);
    return good ? 0 : -1;
}

int database_run(const struct database *database, const char *name, const char *sql)
{
    PGconn *connection = connect_to(database, name);
    const int code = execute(connection, sql);

    PQfinish(connection);
    return code;
}

PGconn *database_begin(const struct database *database, const char *name, const char *sql)
{
    PGconn *connection = connect_to(database, name);

    if (execute(connection, "BEGIN") == 0 && execute(connection, sql) == 0)
        return connection;
    PQfinish(connection);
    return NULL;
}

int database_commit(PGconn *connection)
{
    const int code = execute(connection, "COMMIT");

    PQfinish(connection);
    return code;
}

int database_make(const struct database *database, const char *name)
{
    char sql[128];

    (void)snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    return database_run(database, "postgres", sql);
}

static int write_init(const struct database *database, const char *setup)
{
    char path[PATH_SIZE];
    char text[16384];

    (void)snprintf(path, sizeof path, "%s/init.sql", database->folder);
    const int length = snprintf(
        text, sizeof text,
        "CREATE DATABASE " DATABASE_USER " CHARACTER SET utf8mb4;\nUSE " DATABASE_USER ";\n%s"
        "CREATE USER '" DATABASE_USER "'@'localhost' IDENTIFIED BY '" DATABASE_PASSWORD "';\n"
        "GRANT ALL ON " DATABASE_USER ".* TO '" DATABASE_USER "'@'localhost';\n",
        setup);
    return length > 0 && length < (int)sizeof text ? write_file(path, text) : -1;
}

int database_start_mariadb(struct database *database, const char *setup)
{
    char data[PATH_SIZE];
    char socket_path[PATH_SIZE];
    char init_file[PATH_SIZE];
    char pid_file[PATH_SIZE];

    *database = (struct database){0};
    if (make_folder(database) != 0 || write_init(database, setup) != 0)
        return -1;
    (void)snprintf(database->host, sizeof database->host, "%s/socket", database->folder);
    (void)snprintf(data, sizeof data, "--datadir=%s/data", database->folder);
    (void)snprintf(socket_path, sizeof socket_path, "--socket=%s", database->host);
    (void)snprintf(init_file, sizeof init_file, "--init-file=%s/init.sql", database->folder);
    (void)snprintf(pid_file, sizeof pid_file, "--pid-file=%s/pid", database->folder);
    char *const init[] = {"mariadb-install-db",
                          "--no-defaults",
                          data,
                          "--skip-test-db",
                          "--auth-root-authentication-method=normal",
                          NULL};
    if (run(database, init) != 0)
        return -1;
    char *const serve[] = {"/usr/sbin/mariadbd",
                           "--no-defaults",
                           data,
                           socket_path,
                           init_file,
                           pid_file,
                           "--skip-networking",
                           "--innodb-flush-log-at-trx-commit=0",
                           NULL};
    database->server = start(database, serve);
    return database->server > 0 ? await(database, &cqa_sql_mariadb) : -1;
}

void database_stop(struct database *database)
{
    char remove[PATH_SIZE];

    if (database->server > 0) {
        (void)kill(database->server, SIGQUIT);
        (void)kill(database->server, SIGTERM);
        (void)waitpid(database->server, NULL, 0);
    }
    (void)snprintf(remove, sizeof remove, "rm -rf '%s'", database->folder);
    if (database->folder[0] != '\0' && system(remove) != 0)
        (void)fprintf(stderr, "%s is left\n", database->folder);
    *database = (struct database){0};
}

struct cqa_sql_place database_place(const struct database *database,
                                    const struct cqa_sql_driver *driver)
{
    return (struct cqa_sql_place){.driver = driver,
                                  .host = database->host,
                                  .user = DATABASE_USER,
                                  .database = DATABASE_USER,
                                  .password_file = database->password_file};
}
