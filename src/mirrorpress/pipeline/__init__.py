"""The order of a run, readable as a shell pipe:

    discover | fetch | extract | store      sync      sources -> archive
    | render                                build     archive -> out/<edition>/
    | publish                               publish   out/<edition>/ -> targets

``decide`` and ``identity`` decide without touching anything; ``isolate`` runs hostile input where it can be
killed; ``registry`` names the types of sources, editions and targets.
"""
