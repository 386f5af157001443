#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqa sweep: sweep.py SOURCE PROGRAMS. What it finds, what it tells, how it ends, and that it shares with the daemon."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until


def sweep(site, *options, code=0):
    return site.run("callqa", "sweep", "--config", site.config, *options, codes=(code,)).stdout


def expect(text, *lines):
    have = [" ".join(line.split()) for line in text.splitlines()]
    for line in lines:
        if line not in have:
            fail('no line "%s" in:\n%s' % (line, text))


def main(programs):
    voices = Voices()
    with Site(programs) as site:
        def call(number):
            make_call(os.path.join(site.watched[0], name_of(number)), number, voices)

        site.start_server()
        for number in range(6):
            call(number)
        with open(os.path.join(site.watched[0], "notes\n.wav"), "w") as out:
            out.write("no audio, and a name that would forge a line")
        os.makedirs(os.path.join(site.watched[0], "@eaDir"))
        for name in ("@eaDir/call.wav", "call.wav.filepart", "half.wav.crdownload", ".hidden.wav"):
            with open(os.path.join(site.watched[0], name), "w") as out:
                out.write("none of the recordings")
        text = sweep(site, "--dry-run")
        if len(text.splitlines()) != 7 or not all(line.endswith("\tnew") for line in text.splitlines()):
            fail("a dry run said:\n" + text)
        if os.listdir(site.state):
            fail("a dry run wrote " + str(os.listdir(site.state)))

        expect(sweep(site, code=3), "analysed 6", "unreadable 1", "not_audio 1", "posted 7", "unsent 0", "pending 0",
               "1 passed over: hidden", "2 passed over: unfinished copies", "1 passed over: a system's own")
        compare_good = [call["call"]["id"] for call in site.server_calls()]
        if len(compare_good) != 6:
            fail("the server has %d calls" % len(compare_good))
        expect(sweep(site), "analysed 0", "unreadable 0", "posted 0")
        if sweep(site, "--dry-run"):
            fail("a dry run finds what is done")
        expect(sweep(site, "--redo"), "analysed 0")
        os.unlink(os.path.join(site.watched[0], "notes\n.wav"))

        site.stop_server()
        call(6)
        call(7)
        expect(sweep(site, code=5), "analysed 2", "posted 0", "unsent 2")
        expect(sweep(site, code=5), "analysed 0", "posted 0", "unsent 2")
        site.start_server()
        expect(sweep(site), "analysed 0", "posted 2", "unsent 0")

        # A folder that cannot be read is no night without calls: the unit has to fail.
        os.rename(site.watched[0], site.watched[0] + ".away")
        for options in [(), ("--dry-run",)]:
            run = site.run("callqa", "sweep", "--config", site.config, *options, codes=(1,))
            if site.watched[0] not in run.stderr:
                fail("a folder that is not there: " + run.stderr)
        os.rename(site.watched[0] + ".away", site.watched[0])
        deep = os.path.join(site.watched[0], *["d"] * 70)
        os.makedirs(deep)
        for options in [(), ("--dry-run",)]:
            run = site.run("callqa", "sweep", "--config", site.config, *options, codes=(1,))
            if not options and "/d/d/d" not in run.stderr:
                fail("the folder that is not read is not named: " + run.stderr)
        shutil.rmtree(os.path.join(site.watched[0], "d"))
        expect(sweep(site), "analysed 0", "pending 0")

        # Neither are facts that cannot be read; the recordings are done.
        with open(site.config) as text:
            plain = text.read()
        log = os.path.join(site.top, "Master.csv")
        with open(site.config, "w") as out:
            out.write(plain.replace("    time_zone: Asia/Shanghai\n", "    time_zone: Asia/Shanghai\n    facts:\n      sources:\n"
                                    "        - {kind: csv, path: %s}\n" % log))
        run = site.run("callqa", "sweep", "--config", site.config, codes=(1,))
        if log not in run.stderr:
            fail("the log that is not read is not named: " + run.stderr)
        open(log, "w").close()
        sweep(site)
        with open(site.config, "w") as out:
            out.write(plain)

        call(8)
        expect(sweep(site, "--since", "2094-01-01"), "analysed 0", "pending 1")
        with open(os.path.join(site.watched[0], name_of(0)), "ab") as out:
            out.write(b"\0" * 1600)
        for language, words in (("en", ("ready", "changed since")), ("zh", ("待分析", "文件已变化"))):
            expect(sweep(site, "--dry-run", "--language", language),
                   *["%s %s" % (os.path.join(site.watched[0], name_of(number)), word) for number, word in zip((8, 0), words)])
        expect(sweep(site, "--since", "2020-01-01T00:00:00"), "analysed 2", "posted 2", "pending 0")

        for number in range(9, 25):
            call(number)
        site.start_daemon()
        sweep(site)
        wait_until("all calls are on the server", lambda: len(site.server_calls()) == 25)
        begun = site.ask_store("SELECT sum(attempts) FROM recordings WHERE state = 'scored'")
        if begun != 25:
            fail("25 recordings were begun %d times" % begun)
        compare(site, 25)
        site.stop_daemon()

        with open(site.config, "a") as out:
            out.write("wotkers: 3\n")
        site.run("callqa", "sweep", "--config", site.config, codes=(4,))
        site.run("callqa", "sweep", codes=(2,))
        said = site.run("callqa", "check-config", site.config, codes=(4,)).stdout
        if "wotkers" not in said or not said.startswith(site.config + ":"):
            fail("check-config said: " + said)


def by_what_lies_beside(programs):
    """Names that tell no time: the metadata beside them does, of what nobody has analysed yet too."""
    voices = Voices()
    with Site(programs) as site:
        profile = os.path.join(site.top, "beside.yaml")
        with open(profile, "w") as out:
            out.write("name: beside\nagent_channel: 0\nignore: ['*.json']\npatterns:\n  - name: an id\n    regex: '^(?<id>[0-9]+)\\.wav$'\n"
                      "sidecars:\n  - format: json\n    file: ['{stem}.json']\n    map: {started_at: start}\n")
        site.start_server()
        with open(site.config) as text:
            plain = text.read()
        with open(site.config, "w") as out:
            out.write(plain.replace("recorder: freepbx", "recorder: " + profile))
        paths = [os.path.join(site.watched[0], "%d.wav" % number) for number in range(3)]
        for number, path in enumerate(paths):
            make_call(path, number, voices)
        for path, start in zip(paths, ("2025-11-19T23:59:59+08:00", "2025-11-20T00:00:01+08:00")):
            with open(path[:-4] + ".json", "w") as out:
                out.write('{"start": "%s"}' % start)
        for words, wanted in ((("--until", "2025-11-20"), paths[:1]), (("--since", "2025-11-20"), paths[1:]), ((), paths)):
            found = sorted(line.split("\t")[0] for line in sweep(site, "--dry-run", *words).splitlines())
            if found != wanted:
                fail("%s: a dry run finds %s" % (words, found))
        expect(sweep(site, "--until", "2025-11-20"), "analysed 1", "posted 1", "pending 2")
        expect(sweep(site, "--since", "2025-11-20", "--until", "2025-11-21"), "analysed 1", "posted 1", "pending 1")
        expect(sweep(site), "analysed 1", "posted 1", "pending 0")


if __name__ == "__main__":
    main(sys.argv[2])
    by_what_lies_beside(sys.argv[2])
