"""Reading counts, as web servers, counters and git hosts write them down; nothing here asks the network.

    file -> lines -> (format) records

A format is one module with a ``FORMAT``, and one line in ``formats.py``. Addresses and agents of readers are
in records only, which live no longer than a line takes to be counted; no message quotes a line.
"""
