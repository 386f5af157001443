#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Time is read and waited for through base/clock.h: clocks.sh SOURCE_DIR
# What decides something is handed a clock; only the programs' own files may name the machine's (cqa_clock_system).
# An exception is FILE and what it calls, with its reason; one that is no longer needed is a fault as well.
cd "${1:-.}" || exit 2
exceptions='
src/post/post.c timerfd_create             libcurl counts its own timeouts, in real time
src/sql/sql.c nanosleep                    between tries, where no sleep is handed in
src/store/store.c nanosleep                asks a lock of other processes again, a counted number of times
src/store/mend.c nanosleep                 asks a lock of other processes again, a counted number of times
src/child/child.c nanosleep                waits for a killed zygote, in real time, a counted number of times
src/child/zygote.c nanosleep               waits for a killed child, in real time, a counted number of times
src/scores/store.c nanosleep               asks a lock of other processes again, a counted number of times
src/scores/readers.c clock_gettime         waits for a connection to come back, in real time
src/scores/store.c clock_gettime           waits for the turn to write, in real time
src/scores/readers.c pthread_cond_timedwait waits for a connection to come back, in real time
src/server/command_copy.c cqa_clock_system a program of its own
src/child/child.c cqa_clock_system         waits for a child, in real time
src/child/frame.c cqa_clock_system         waits for a child, in real time
src/child/pool.c cqa_clock_system          limits of children, in real time
src/media/render.c cqa_clock_system       waits for a child of its own, in real time
src/cli/erase.c cqa_clock_system           a program of its own
src/cli/progress.c cqa_clock_system        a program of its own
src/cli/status.c cqa_clock_system          a program of its own
src/cli/sweep.c cqa_clock_system           a program of its own
src/cli/deliveries.c cqa_clock_system      a program of its own
src/daemon/main.c cqa_clock_system         a program of its own
src/daemon/sender_process.c cqa_clock_system a program of its own
src/post/post.c cqa_clock_system           whoever hands none in has the machine'"'"'s
src/server/command_serve.c cqa_clock_system a program of its own
src/server/main.c cqa_clock_system         a program of its own
'
calls='time|clock_gettime|clock_nanosleep|gettimeofday|ftime|timespec_get|sleep|usleep|nanosleep|alarm|ualarm|setitimer|timer_create|timerfd_create|pthread_cond_timedwait'
found=$({
    # calls: a word of the list in front of a bracket, not behind a dot, an arrow or another word
    grep -nE "(^|[^A-Za-z0-9_.>\"])($calls)\(" -r src --include='*.[ch]' | grep -vE '^[^:]*:[0-9]*: *(\*|/\*)' |
        sed -E "s/^([^:]*):([0-9]*):(.*[^A-Za-z0-9_.>\"])?($calls)\(.*/\1 \4/"
    grep -no 'cqa_clock_system' -r src --include='*.c' | sed -E 's/^([^:]*):[0-9]*:(.*)/\1 \2/'
} | grep -v '^src/base/clock\.c ' | sort -u)
known=$(printf '%s' "$exceptions" | awk 'NF { print $1, $2 }' | sort -u)
printf '%s\n' "$found" >/tmp/clocks.$$.found
printf '%s\n' "$known" >/tmp/clocks.$$.known
wrong=$(comm -23 /tmp/clocks.$$.found /tmp/clocks.$$.known | sed 's/$/: not through base\/clock.h/'
        comm -13 /tmp/clocks.$$.found /tmp/clocks.$$.known | sed 's/$/: an exception that is no longer needed/')
rm -f /tmp/clocks.$$.found /tmp/clocks.$$.known
if [ -n "$wrong" ]; then
    echo "$wrong"
    exit 1
fi
echo "clocks: ok"
