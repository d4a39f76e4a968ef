"""The only room that pushes outward: each target takes an edition's folder and publishes it.

git.py        a branch of any git host (address, command, failures, fastimport, repository serve it)
directory.py  a folder on this machine, swapped in atomically
files.py      reads an edition's files for both
"""
