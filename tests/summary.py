#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up Meson's testlog.json: prints `N passed, N failed, N skipped`, exits 1 if any failed.

A TAP program counts with each of its test points, any other test once.
"""

import json
import re
import sys

POINT = re.compile(r"^(ok|not ok)\b(?P<rest>.*)$", re.MULTILINE)
SKIPPED = re.compile(r"#\s*skip", re.IGNORECASE)


def count(test):
    """Returns (passed, failed, skipped) of one test of the log."""
    passed = failed = skipped = 0
    for kind, rest in POINT.findall(test.get("stdout", "")):
        if SKIPPED.search(rest):
            skipped += 1
        elif kind == "ok":
            passed += 1
        else:
            failed += 1
    result = test["result"]
    if result in ("OK", "EXPECTEDFAIL"):
        if passed + skipped == 0:
            passed = 1
    elif result == "SKIP":
        skipped = max(skipped, 1)
    elif failed == 0:  # it crashed, ran out of time, or is no TAP
        failed = 1
    return passed, failed, skipped


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    passed, failed, skipped = (sum(column) for column in zip(*map(count, tests), (0, 0, 0)))
    for test in tests:
        if count(test)[1]:
            print(f"failed: {test['name']}")
        elif count(test)[2]:
            print(f"skipped (all or part): {test['name']}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
