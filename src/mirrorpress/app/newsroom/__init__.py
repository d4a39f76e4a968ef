"""Harbour Times (港湾时报, روزنامهٔ بندر): an invented newspaper of an invented harbour town.

``mirrorpress demo`` serves it over real HTTP on loopback, and the end-to-end tests mirror it. It has a
Chinese section with the mess of an old portal, an English one as modern papers make them, and a Persian
one that has a list page and no feed. Words and pictures are our own, CC0 (LICENSE.txt beside this file).
To change it, edit the files in ``content/``; ``content/site.toml`` says which file stands at which
address and what a mirror of it must and must not hold.
"""

from mirrorpress.app.newsroom.readers import access_log
from mirrorpress.app.newsroom.sample import sample_configuration
from mirrorpress.app.newsroom.server import Newsroom, Request
from mirrorpress.app.newsroom.site import Truth, truth

__all__ = ["Newsroom", "Request", "Truth", "access_log", "sample_configuration", "truth"]
