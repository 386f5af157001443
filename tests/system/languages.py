#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs say, in the reader's language: languages.py SOURCE PROGRAMS

Helps and errors of every command by the environment alone (no locale need be installed), --language, the journal with its
codes, and replies of the server, which say both whatever its own environment is.
"""
import http.client
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail

COMMANDS = ["analyze", "sweep", "deliveries", "status", "appraise", "identify", "erase", "hold", "plot", "check-config", "check-rubric", "check-scheme"]
CHINESE = re.compile("[\u4e00-\u9fff]")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


def run(programs, *words, **language):
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run([os.path.join(programs, words[0]), *words[1:]], env={**environment, **language},
                          capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)


def is_chinese(what, text, wanted=True):
    if bool(CHINESE.search(text)) != wanted:
        fail("%s is %sChinese: %s" % (what, "not " if wanted else "", text[:200]))


def helps(programs):
    for words in [["callqa"], ["callqad"], ["callqa-server"]] + [["callqa", command] for command in COMMANDS]:
        what = " ".join(words) + " --help"
        chinese = run(programs, *words, "--help", LANG="zh_CN.UTF-8")
        english = run(programs, *words, "--help")
        if chinese.returncode != 0 or english.returncode != 0:
            fail("%s: exit codes %d, %d" % (what, chinese.returncode, english.returncode))
        is_chinese(what, chinese.stdout)
        is_chinese(what, english.stdout, False)
        # every option of the one is in the other
        options = [set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text)) for text in (chinese.stdout, english.stdout)]
        if options[0] != options[1]:
            fail("%s: the options differ: %s" % (what, options[0] ^ options[1]))


def without_english(what, text, names=()):
    """No English word but ids (they have a `.`, `-`, `_` or digit within, or are in `names`)."""
    words = re.findall(r"[A-Za-z0-9._/-]+", re.sub(r"(?m)^  [a-z]+\.\w+: ", "", text))
    words = [word for word in words if re.fullmatch(r"[A-Za-z]{3,}[.]?", word) and word not in names]
    is_chinese(what, text)
    if words:
        fail("%s says %s in English: %s" % (what, sorted(set(words)), text))


def appraised(programs, top):
    """Of what `callqa appraise` prints for a person: a scheme with grades and one that measures calls."""
    rows, calls = os.path.join(top, "rows.csv"), os.path.join(top, "calls.jsonl")
    with open(calls, "w") as out:
        flag = {"rule": "dead-air", "points": 6, "start_ms": 1000, "end_ms": 9000, "decision": None}
        for number, flags in enumerate(([flag], [])):
            out.write(json.dumps({"schema": "callqa.result/1", "call": {"id": "c%d" % number, "agent": "A"},
                                  "score": {"total": 94, "deductions": flags}}) + "\n")
    cases = [("grades-310", "agent,self_score,supervisor_score\nA,90,90\nB,75,75\nC,x,75\n", [], 3,
              ["没有考核表：\n  C: 输入有错误", "等级 优秀", "绩效系数 3.00", "自我评价"]),
             ("agent-2013", "agent,calls_handled,wrong_orders\nA,2300,4\n", ["-r", calls], 0,
              ["总分", "名次 1", "2 通电话的平均值，1 条标记待复核，占受理通话的", "文件未说明，按以下假定："])]
    for scheme, text, more, code, wanted in cases:
        with open(rows, "w") as out:
            out.write(text)
        words = ["callqa", "appraise", "--scheme", scheme, "--indicators", rows, *more]
        chinese, english = run(programs, *words, LANG="zh_CN.UTF-8"), run(programs, *words)
        if chinese.returncode != code or english.returncode != code:
            fail("%s: exit codes %d, %d" % (words, chinese.returncode, english.returncode))
        without_english("appraise " + scheme, chinese.stdout, ("KPI", "CPI", "coefficients", "other"))  # the document's, and keys of the scheme
        for part in wanted:
            if part not in chinese.stdout:
                fail("appraise %s lacks %s: %s" % (scheme, part, chinese.stdout))
        numbers = [re.findall(r"\d+\.\d\d\b", done.stdout.split("\n\n", 1)[1]) for done in (chinese, english)]
        if not numbers[0] or numbers[0] != numbers[1]:
            fail("appraise %s: other numbers: %s" % (scheme, numbers))


def identified(programs):
    names = ["in-8001-13800138000-20251120-101502-1763604902.17.wav", "music.wav"]
    cases = [("freepbx", names, ["已匹配：模式“", "方向 呼入", "声道 0 坐席，声道 1 客户", "未匹配：freepbx 没有模式与“music.wav”相符"]),
             ("freeswitch", ["2025-13-20-10-15-02.600.138.0a1b2c3d-0000-1111-2222-333344445555.wav"], ["，但其中的日期或时间并不存在"]),
             ("asterisk", ["1763604902.17-r.wav"], ["只含通话一方的声音"]), ("generic", ["any.wav"], ["接受任何文件"]),
             ("freeswitch", ["0a1b2c3d-0000-1111-2222-333344445555.wav"], ["方向 -", "声道 0 -，声道 1 -"])]
    for recorder, paths, wanted in cases:
        words = ["callqa", "identify", "--recorder", recorder, "--time-zone", "Asia/Shanghai"]
        chinese = run(programs, *words, *paths, LANG="zh_CN.UTF-8")
        if chinese.returncode != 0:
            fail("identify %s: exit code %d: %s" % (recorder, chinese.returncode, chinese.stderr))
        # names of profiles, of their patterns, and of files stay
        without_english("identify " + recorder, re.sub("“[^”]*”", "", chinese.stdout), (recorder, "any"))
        for part in wanted:
            if part not in chinese.stdout:
                fail("identify %s lacks %s: %s" % (recorder, part, chinese.stdout))
        # what programs read is the same in every language
        lines = [run(programs, *words, "--format", "jsonl", *paths, **language).stdout
                 for language in ({}, {"LANG": "zh_CN.UTF-8"})]
        if not lines[0] or lines[0] != lines[1]:
            fail("identify %s --format jsonl depends on the language: %s" % (recorder, lines))


def variables(programs):
    cases = [({}, False), ({"LANG": "zh_CN.UTF-8"}, True), ({"LC_MESSAGES": "zh_CN.UTF-8"}, True),
             ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False), ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:zh_CN"}, True),
             ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, False), ({"LANG": "zh_CN.GBK"}, False)]
    for language, wanted in cases:
        is_chinese("callqa under %s" % language, run(programs, "callqa", **language).stderr, wanted)
    is_chinese("--language zh", run(programs, "callqa", "analyze", "--language", "zh", "/nosuch", LC_ALL="C").stderr)
    is_chinese("--language en", run(programs, "callqa", "analyze", "--language", "en", "/nosuch",
                                    LANG="zh_CN.UTF-8").stderr, False)


def errors(programs, top):
    bad = os.path.join(top, "bad.yaml")
    with open(bad, "w") as out:
        out.write("rubric: 7\nrules: none\n")
    cases = [["callqa", "nosuch"], ["callqa", "analyze"], ["callqa", "analyze", "/no/such.wav"],
             ["callqa", "analyze", "--recorder", "nosuch", "/tmp"], ["callqa", "analyze", "-j", "x", "/tmp"],
             ["callqa", "sweep"], ["callqa", "sweep", "--config", bad], ["callqa", "appraise"],
             ["callqa", "appraise", "--scheme", bad, "--indicators", bad], ["callqa", "plot"], ["callqa", "check-config", bad],
             ["callqa", "check-rubric", bad], ["callqa", "check-scheme", bad], ["callqa", "identify", "--format", "x"],
             ["callqad", "--config", bad], ["callqad", "--config", "/no/such.yaml"], ["callqa-server"],
             ["callqa-server", "--config", bad], ["callqa-server", "token", "add"]]
    for words in cases:
        chinese = run(programs, *words, LANG="zh_CN.UTF-8")
        english = run(programs, *words)
        if chinese.returncode != english.returncode or english.returncode == 0:
            fail("%s: exit codes %d, %d" % (words, chinese.returncode, english.returncode))
        is_chinese(" ".join(words), chinese.stderr + chinese.stdout)
        is_chinese(" ".join(words), english.stderr + english.stdout, False)
        # places are for programs, and stay
        places = [re.findall(r"^\S+:\d+:\d+: ", done.stderr + done.stdout, re.M) for done in (chinese, english)]
        if places[0] != places[1]:
            fail("%s: other places: %s" % (words, places))


def options(programs):
    for command in COMMANDS:
        for option in ("--nosuch", "-Q"):
            done = run(programs, "callqa", command, option, LANG="zh_CN.UTF-8")
            if done.returncode != 2 or option not in done.stderr:
                fail("callqa %s %s: exit code %d: %s" % (command, option, done.returncode, done.stderr))
            without_english("callqa %s %s" % (command, option), done.stderr, ("callqa", command, "--help", "--nosuch"))


def journal(programs, top):
    """The code of a line does not change with its language."""
    config = os.path.join(top, "stateless.yaml")
    os.makedirs(os.path.join(top, "watched"))
    with open(config, "w") as out:
        out.write("state_dir: /proc/nosuch\nrubric: standard\nwatch:\n  - path: %s/watched\n    recorder: generic\n" % top)
    codes = set()
    for language in ({}, {"LANG": "zh_CN.UTF-8"}):
        trace = os.path.join(top, "trace")
        with open(os.path.join(top, "stderr"), "w") as stderr:
            status = os.fstat(stderr.fileno())
            environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
            subprocess.run(["strace", "-f", "-s", "4096", "-xx", "-e", "trace=sendmsg", "-o", trace,
                            os.path.join(programs, "callqad"), "--config", config], stderr=stderr, timeout=120,
                           env={**environment, **language, "JOURNAL_STREAM": "%d:%d" % (status.st_dev, status.st_ino)})
        with open(trace, encoding="ascii") as lines:
            pieces = [re.findall(r'iov_base="((?:\\x[0-9a-f]{2})*)"', line) for line in lines]
        fields = [bytes.fromhex("".join(piece).replace("\\x", "")).decode("utf-8", "replace") for piece in pieces if piece]
        sent = [text for text in fields if "MESSAGE=" in text]
        if not sent:
            fail("nothing was sent to the journal")
        is_chinese("the journal under %s" % language, sent[-1], bool(language))
        codes.add(re.search(r"CALLQA_CODE=([a-z0-9.-]+)", sent[-1]).group(1))
    if len(codes) != 1:
        fail("the codes of one message differ: %s" % codes)


def ask(site, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    read = json.loads(answer.read())
    connection.close()
    return answer.status, read


def replies(site):
    recorder = {"Authorization": "Bearer " + site.token, "Content-Type": "application/json"}
    cases = [("GET", "/api/v1/nosuch", None, {}), ("GET", "/api/v1/calls", None, {}),
             ("GET", "/api/v1/calls", None, {"Authorization": "Bearer wrong"}), ("GET", "/api/v1/audit", None, recorder),
             ("DELETE", "/api/v1/results", None, recorder), ("POST", "/api/v1/results", "{}", recorder),
             ("POST", "/api/v1/results", "{", recorder), ("POST", "/api/v1/session", "{}", {"Content-Type": "application/json"}),
             ("POST", "/api/v1/session", '{"name": "a", "password": "b\\u0007\xff"}'.encode("latin-1"),
              {"Content-Type": "application/json"}),
             ("GET", "/api/v1/flags?nosuch=%00%ff", None, recorder)]
    for method, path, body, headers in cases:
        status, answer = ask(site, method, path, body, headers)
        what = "%s %s: %s" % (method, path, answer)
        if status < 400 or not re.fullmatch(r"[a-z0-9.-]+", answer.get("code", "")):
            fail("no code: " + what)
        is_chinese(what, answer["detail"], False)
        is_chinese(what, answer["detail_zh"])


def main(programs):
    helps(programs)
    identified(programs)
    options(programs)
    variables(programs)
    site = Site(programs)
    errors(programs, site.top)
    appraised(programs, site.top)
    journal(programs, site.top)
    for language in ("C.UTF-8", "zh_CN.UTF-8"):
        os.environ["LC_ALL"] = language
        site.start_server()
        replies(site)
        site.stop_server()
    os.environ["LC_ALL"] = "C.UTF-8"
    site.finish()
    print("languages: ok")


if __name__ == "__main__":
    main(sys.argv[2])
