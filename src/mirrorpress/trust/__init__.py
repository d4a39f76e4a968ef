"""What makes a copy of an edition checkable, whoever hands it on: TUF metadata, lists of hashes, keys.

Pure: bytes and nouns in, bytes and nouns out. Who signs, and where files lie, is ``pipeline``'s matter.
"""
