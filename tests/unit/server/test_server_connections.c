/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which connection makes room: real sockets, and a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "http/connections.h"

enum { PLACES = 8, PEERS_MAX = 32 };

struct peer {
    int ours, theirs;
    struct cqa_connection *connection;
};

static struct peer peers[PEERS_MAX];

static void come(struct cqa_connections *connections, int index, const char *address,
                 int64_t now_ms)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    int pair[2];

    assert_int_equal(inet_pton(AF_INET, address, &four.sin_addr), 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    peers[index] = (struct peer){pair[0], pair[1], NULL};
    peers[index].connection = cqa_connection_add(
        connections, pair[0], (const struct sockaddr *)(const void *)&four, now_ms);
    assert_non_null(peers[index].connection);
}

static int is_closed(int index)
{
    char byte;

    return recv(peers[index].theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

static void go(struct cqa_connections *connections, int index)
{
    cqa_connection_forget(connections, peers[index].connection);
    close(peers[index].ours);
    close(peers[index].theirs);
}

/* How they ended, one letter each: "c" closed. */
static void expect(const char *ends)
{
    char got[PEERS_MAX + 1] = "";

    for (int i = 0; ends[i] != '\0'; i++)
        got[i] = is_closed(i) ? 'c' : '.';
    assert_string_equal(got, ends);
}

static void test_who_waits_longest_makes_room(void **state)
{
    struct cqa_connections *connections = cqa_connections_create(PLACES);

    (void)state;
    for (int i = 0; i < PLACES; i++)
        come(connections, i, i % 2 ? "10.0.0.1" : "10.0.0.2", i);
    expect("........");
    cqa_connection_works(connections, peers[0].connection);
    cqa_connection_waits(connections, peers[2].connection, 50);
    come(connections, 8, "10.0.0.3", 60);
    expect(".........");
    come(connections, 9, "10.0.0.3", 61);
    expect(".c........");
    cqa_connection_waits(connections, peers[0].connection, 62); /* its answer was sent */
    expect(".c........");
    come(connections, 10, "10.0.0.4", 63);
    expect(".c.cc......");
    for (int i = 0; i < 11; i++)
        go(connections, i);
    cqa_connections_destroy(connections);
}

static void test_a_crowd_of_one_address_closes_its_own(void **state)
{
    struct cqa_connections *connections = cqa_connections_create(PLACES);

    (void)state;
    come(connections, 0, "10.0.0.2", 0);
    come(connections, 1, "10.0.0.3", 1);
    for (int i = 2; i < 12; i++)
        come(connections, i, "10.0.0.1", i);
    expect("..cccc......");
    for (int i = 0; i < 12; i++)
        go(connections, i);
    cqa_connections_destroy(connections);
}

/* A thread that has not come to read what is there is no client that says nothing. */
static void test_who_has_spoken_is_not_closed(void **state)
{
    struct cqa_connections *connections = cqa_connections_create(PLACES);

    (void)state;
    for (int i = 0; i < 10; i++) {
        come(connections, i, "10.0.0.1", i);
        if (i == 0 || i == 2)
            assert_int_equal(send(peers[i].theirs, "GET", 3, 0), 3);
    }
    expect(".c.c......");
    for (int i = 4; i < 10; i++)
        assert_int_equal(send(peers[i].theirs, "GET", 3, 0), 3);
    come(connections, 10, "10.0.0.1", 10); /* all have: whoever came first */
    expect("cc.c.......");
    for (int i = 0; i < 11; i++)
        go(connections, i);
    cqa_connections_destroy(connections);
}

/* Where many wait, none may for ever, however it trickles. */
static void test_patience_ends(void **state)
{
    struct cqa_connections *connections = cqa_connections_create(PLACES);

    (void)state;
    for (int i = 0; i < 4; i++)
        come(connections, i, "10.0.0.1", 0);
    cqa_connection_waits(connections, peers[3].connection, 9000);
    come(connections, 4, "10.0.0.1", 15001);
    expect("ccc..");
    for (int i = 0; i < 5; i++)
        go(connections, i);
    cqa_connections_destroy(connections);
}

/* Where few wait they may for as long as one that is silent: what is still there then trickles. */
static void test_nobody_trickles_for_ever(void **state)
{
    struct cqa_connections *connections = cqa_connections_create(PLACES);

    (void)state;
    come(connections, 0, "10.0.0.1", 0);
    come(connections, 1, "10.0.0.2", 75000);
    expect("..");
    cqa_connection_works(connections, peers[1].connection);
    cqa_connection_waits(connections, peers[1].connection, 75001); /* any other request will do */
    expect("c.");
    for (int i = 0; i < 2; i++)
        go(connections, i);
    cqa_connections_destroy(connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_waits_longest_makes_room),
        cmocka_unit_test(test_a_crowd_of_one_address_closes_its_own),
        cmocka_unit_test(test_who_has_spoken_is_not_closed),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_nobody_trickles_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
