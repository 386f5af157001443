#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sender of callqad: sender.py SOURCE PROGRAMS. What is refused and what becomes of it, bad deploys, hangs, kills."""
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import faults
from bench import fail, wait_until
from owed import PATH, Owed, Scores, answer, receipts

MANY = 200
PAGE = "<html><h1>No</h1></html>"


def refusing(scores, request, is_bad):
    """Answers item by item, and refuses some for good: as callqa-server does."""
    taken = [key for key in request.keys if not is_bad(key)]
    scores.stored.update(taken)
    if request.lines:
        return answer(200, [{"key": key, "status": 422 if is_bad(key) else 201, "error": "as tested"} for key in request.keys])
    if taken:
        return receipts(request)
    return answer(422, {"type": "urn:callqa:problem:invalid", "status": 422, "detail": "as tested", "key": request.keys[0]})


def good_behind_refused(programs, batch, how):
    """Those that the server does not take are there first, and have been tried; the good ones do not wait for them."""
    scores = Scores()

    def answers(request, connection):
        if how == "named":
            return refusing(scores, request, lambda key: key.startswith("bad"))
        if any(key.startswith("bad") for key in request.keys):
            return answer(413, PAGE, kind="text/html")
        return scores.good(request)

    scores.answers = answers
    with Owed(programs, scores.port, batch) as owed:
        owed.fill("bad-%d" % i for i in range(MANY))
        owed.start()
        wait_until("some were refused", lambda: len(scores.requests) > 2)
        good = {"good-%d" % i for i in range(MANY)}
        owed.fill(sorted(good))
        begun = time.monotonic()
        wait_until("the good ones have arrived", lambda: good <= scores.stored)
        taken_s = time.monotonic() - begun
        wait_until("they are struck", lambda: owed.count("acked") == MANY)
        if any(key.startswith("bad") for key in scores.stored):
            fail("the server took what it refuses")
        print("batch %d, refused %s: 200 good behind 200 refused in %.1f s" % (batch, how, taken_s), flush=True)
        owed.stop()
    scores.stop()


def bad_deploy(programs, batch, how):
    """For a while the server refuses everything. Nobody's results may be left behind for that."""
    scores = Scores()
    bad = {"page 422": lambda request, connection: answer(422, PAGE, kind="text/html"),
           "page 400": lambda request, connection: answer(400, PAGE, kind="text/html"),
           "receipts 422": lambda request, connection: refusing(scores, request, lambda key: True)}[how]
    scores.answers = bad
    with Owed(programs, scores.port, batch) as owed:
        owed.fill("one-%d" % i for i in range(30))
        owed.start()
        wait_until("several were refused", lambda: len(scores.requests) > 4)
        scores.answers = scores.good
        wait_until("all have arrived", lambda: owed.count("acked") == 30, 300)
        print("batch %d, %s for everything: 30 of 30 arrived, without help" % (batch, how), flush=True)
        owed.stop()
    scores.stop()


def listed_and_sent_again(programs):
    """One that is refused is listed with its file and the reason, and gets another chance by a person or an upgrade."""
    scores = Scores()
    scores.answers = lambda request, connection: refusing(scores, request, lambda key: key == "bad")
    with Owed(programs, scores.port) as owed:
        owed.fill(["bad", "good"])
        owed.start()
        wait_until("it is refused", lambda: owed.states() == {"bad": "quarantined", "good": "acked"})
        rows = owed.deliveries()
        if [(r["path"], r["state"], r["http_status"], r["why"]) for r in rows] != [(PATH % "bad", "refused", 422, "422 as tested")] \
                or rows[0]["age_s"] > 90:
            fail("listed as %s" % rows)
        wait_until("the log names the file", lambda: owed.said("refuses the result of " + PATH % "bad"))
        swept = subprocess.run([os.path.join(programs, "callqa"), "sweep", "--config", owed.config], capture_output=True, text=True)
        if swept.returncode != 5 or "refused     1\n" not in swept.stdout:
            fail("sweep says %d %s" % (swept.returncode, swept.stdout))
        in_words(owed)
        before = len(scores.requests)
        scores.answers = scores.good
        owed.reload()
        time.sleep(3)
        if len(scores.requests) != before:
            fail("it was sent again without a reason")
        owed.deliveries("--resend")
        wait_until("it was sent again", lambda: owed.count("acked") == 2)
        if owed.deliveries():
            fail("still listed: %s" % owed.deliveries())
        upgraded(owed, scores)
        owed.stop()
    scores.stop()


def in_words(owed):
    """As text, in either language wholly."""
    for language, state, sum_up in (("en", "refused", "results that are not on the server: 1\n"),
                                    ("zh", "被拒收", "服务器上还没有的结果：1\n")):
        done = subprocess.run([owed.bin + "/callqa", "deliveries", "--config", owed.config, "--language", language],
                              capture_output=True, text=True)
        if done.returncode != 0 or done.stdout.split()[0] != state or done.stderr != sum_up:
            fail("deliveries in %s: %r %r" % (language, done.stdout, done.stderr))


def asked_by_a_person(programs):
    """A server that asks for ten minutes is mended: --resend does not wait for them."""
    scores = Scores()
    scores.answers = lambda request, connection: answer(503, PAGE, "Retry-After: 600", kind="text/html")
    with Owed(programs, scores.port) as owed:
        owed.fill(["a", "b"])
        owed.start()
        wait_until("it was tried", lambda: scores.requests and owed.said("results are kept and sent later"))
        scores.answers = scores.good
        time.sleep(3)
        if owed.count("acked"):
            fail("the pause that the server asked for was not made")
        owed.deliveries("--resend")
        begun = time.monotonic()
        wait_until("it is sent as was asked", lambda: owed.count("acked") == 2, 10)
        print("--resend: sent after %.1f s, of a pause of 600 s" % (time.monotonic() - begun), flush=True)
        owed.stop()
    scores.stop()


def upgraded(owed, scores):
    """A server of another version, which says so, is asked again."""
    def of_version(version, is_bad):
        return lambda request, connection: refusing(scores, request, is_bad).replace(
            b"\r\n\r\n", b"\r\nCallqa-Server: %s\r\n\r\n" % version, 1)

    scores.answers = of_version(b"1.0", lambda key: key == "new")
    owed.fill(["new", "newer"])
    wait_until("it is refused", lambda: owed.states()["new"] == "quarantined")
    scores.answers = of_version(b"1.1", lambda key: False)
    owed.fill(["newest"])
    wait_until("the upgraded server has it", lambda: owed.states()["new"] == "acked")
    print("refused: listed with file and reason, sent again by --resend and by an upgrade", flush=True)


def masked(programs):
    scores = Scores()
    scores.answers = lambda request, connection: refusing(scores, request, lambda key: key == "bad")
    with Owed(programs, scores.port, mask_private="true") as owed:
        owed.fill(["bad", "good"])
        owed.start()
        wait_until("it is refused", lambda: owed.count("quarantined") == 1)
        wait_until("the log says so", lambda: owed.said("refuses the result of #"))
        if owed.said(PATH % "bad") or owed.deliveries()[0]["path"][0] != "#":
            fail("a path is shown though paths are masked")
        owed.stop()
    scores.stop()


def too_large_for_the_proxy(programs):
    """413 is the proxy's: the result waits, whatever is sent meanwhile, and goes when the proxy lets it."""
    scores = Scores()
    scores.answers = lambda request, connection: answer(413, PAGE, kind="text/html") if len(request.body) > 5000 \
        else scores.good(request)
    with Owed(programs, scores.port) as owed:
        owed.fill(["large"], bytes_each=9000)
        owed.fill("small-%d" % i for i in range(20))
        owed.start()
        wait_until("the small ones have arrived", lambda: owed.count("acked") == 20)
        wait_until("the large one is known", lambda: [r["state"] for r in owed.deliveries()] == ["not_taken"])
        owed.stop()
        swept = subprocess.run([os.path.join(programs, "callqa"), "sweep", "--config", owed.config], capture_output=True, text=True)
        if swept.returncode != 5 or "refused     1\n" not in swept.stdout or "unsent      0\n" not in swept.stdout:
            fail("sweep counts what is not taken as %s" % swept.stdout)
        scores.answers = scores.good
        owed.start()
        wait_until("the large one has arrived", lambda: owed.count("acked") == 21)
        owed.stop()
        print("413: the small ones arrive, the large one waits and goes after a start", flush=True)
    scores.stop()


def one_stands_still(programs):
    """The sender and the rest of the daemon do not wait for each other, and a dead or hung sender is started again."""
    scores = Scores()
    with Owed(programs, scores.port) as owed:
        owed.start()
        owed.daemon.send_signal(signal.SIGSTOP)
        owed.fill("a-%d" % i for i in range(20))
        wait_until("it sends while the daemon stands still", lambda: owed.count("acked") == 20)
        owed.daemon.send_signal(signal.SIGCONT)
        first = owed.sender()
        os.kill(first, signal.SIGKILL)
        owed.fill("b-%d" % i for i in range(20))
        wait_until("another sends after it was killed", lambda: owed.count("acked") == 40)
        wait_until("the log says so", lambda: owed.said("ended by signal 9"))
        second = wait_until("another runs", owed.sender)
        os.kill(second, signal.SIGSTOP)
        owed.fill("c-%d" % i for i in range(20))
        wait_until("another sends after it hung", lambda: owed.count("acked") == 60)
        if not owed.said("has not come on for") or owed.sender() in (first, second):
            fail("a sender that stood still was not noticed")
        third = owed.sender()
        owed.daemon.kill()
        owed.daemon.wait()
        wait_until("it goes with its daemon", lambda: not os.path.exists("/proc/%d" % third))
        print("daemon stopped, sender killed, sender stopped: 60 of 60 sent", flush=True)
    scores.stop()


def one_wait_cannot_be_made(programs):
    """epoll_ctl fails once, in the daemon or in its sender: whoever ends for that is started again, and all is sent."""
    scores = Scores()
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with Owed(programs, scores.port) as owed:
        library = faults.build(source, owed.top)
        number = 0
        while number < 25 or not owed.said("the system does not let us wait"):
            number += 1
            if number > 150:
                fail("the sender's own calls were not among them")
            count = os.path.join(owed.top, "count")
            with open(count, "wb") as out:
                out.write(struct.pack("l", number))
            owed.fill(["e-%d" % number])
            owed.start({"LD_PRELOAD": library, "FAULT": "epoll_ctl", "FAULT_COUNT": count})

            def is_sent():
                if owed.daemon.poll() is not None:
                    owed.start()  # as systemd does
                return owed.count("acked") == number
            wait_until("it is sent though call %d failed" % number, is_sent)
            owed.finish_daemon()
        print("epoll_ctl failing once, at each of %d calls: all sent" % number, flush=True)
    scores.stop()


def main(programs):
    cases = [(one_wait_cannot_be_made, ()), (listed_and_sent_again, ()), (asked_by_a_person, ()), (masked, ()), (too_large_for_the_proxy, ()), (one_stands_still, ())]
    cases += [(bad_deploy, (batch, how)) for how in ("page 422", "page 400", "receipts 422") for batch in (1, 100)]
    cases += [(good_behind_refused, (batch, how)) for batch in (1, 100) for how in ("named", "by 413")]
    # They wait most of their time, each with a daemon and a server of its own.
    running = [(what, more, multiprocessing.Process(target=what, args=(programs, *more))) for what, more in cases]
    for _, _, process in running:
        process.start()
    for _, _, process in running:
        process.join()
    failed = ["%s %s" % (what.__name__, more) for what, more, process in running if process.exitcode != 0]
    if failed:
        fail(", ".join(failed))


if __name__ == "__main__":
    main(sys.argv[2])
