"""Where a section's entries come from: one module a type, each with one frozen dataclass.

Nothing is imported here, so that a run pays only for the types that it uses.
"""
