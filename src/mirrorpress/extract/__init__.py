"""From a capture to an article: find the body, keep its structure, make it safe.

    read(page) -> Draft         which text and pictures there are     (hostile input: run isolated)
    carry(bytes) -> Picture     one picture, rebuilt from its pixels  (hostile input: run isolated)
    finish(draft, assets) -> Article

``finish`` is the only maker of safe HTML in mirrorpress. Nothing here touches the network or a disk.
"""
