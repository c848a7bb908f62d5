# SPDX-License-Identifier: Apache-2.0
"""What a screen reader knows of the application: names and roles (`list`), pressing (`press`)."""

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

PROGRAM = "faltung-gui"


def application():
    for _ in range(100):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_name() in (PROGRAM, "Faltung"):
                return child
        time.sleep(0.1)
    sys.exit("the application is not on the accessibility bus")


def walk(node, depth=0):
    if node is None or depth > 60:
        return
    yield node
    for i in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(i), depth + 1)


def main():
    command = sys.argv[1]
    root = application()
    if command == "list":
        print(json.dumps([
            {"name": node.get_name(), "role": node.get_role_name(),
             "description": node.get_description()} for node in walk(root)]))
        return
    for _ in range(50):  # it may be on its way
        found = [node for node in walk(root) if node.get_name() == sys.argv[2]]
        found.sort(key=lambda node: node.get_role_name() == "label")  # beside a switch of its name
        for node in found:
            action = node.get_action_iface()
            if action is not None and action.get_n_actions() > 0:
                action.do_action(0)
                print("true")
                return
        time.sleep(0.1)
    sys.exit(f"nothing called {sys.argv[2]!r} can be pressed")


main()
