"""From articles to files: each edition is a pure function of archive, configuration and nothing else.

A new edition is one module with a frozen dataclass that implements ``model.Edition``, and one line in
``pipeline/registry.py``. Page words live in ``locales/``, one TOML file a language.
"""
