# SPDX-License-Identifier: Apache-2.0
"""A file manager of a few files: a small window from which they can be dragged.

Usage: file-source.py FILE...
"""

import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402

GLib.set_prgname("file-source")
Gtk.init()


def files(*_):
    chosen = [Gio.File.new_for_path(path) for path in sys.argv[1:]]
    return Gdk.ContentProvider.new_for_value(Gdk.FileList.new_from_list(chosen))


source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
source.connect("prepare", files)
window = Gtk.Window(title="file-source", default_width=80, default_height=80)
window.add_controller(source)
window.present()
GLib.MainLoop().run()
