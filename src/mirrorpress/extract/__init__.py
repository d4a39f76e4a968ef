"""From a capture to an article: find the body, keep its structure, make it safe.

    read(page) -> Draft         which text and pictures there are     (hostile input: run isolated)
    carry(bytes) -> Picture     one picture, rebuilt from its pixels  (hostile input: run isolated)
    finish(draft, assets) -> Article

``read`` is: decode | parse | metadata | locate | flow. ``locate`` takes the operator's selectors, or

    outline | first look | second look | keep | correct | accompany | cut down

``outline`` sees a page as blocks; ``features``, ``surroundings`` and ``forest`` judge them; ``corrections``
takes out what no block shows; ``wholes``, ``illustrations`` and ``notes`` add what goes with the text.
``opinions`` and ``embedded`` are asked where that fails. ``finish`` is the only maker of safe HTML in
mirrorpress. Nothing here touches the network or a disk.
"""
