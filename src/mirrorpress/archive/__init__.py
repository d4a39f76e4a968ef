"""All state of a mirror: ``archive/index.sqlite`` (what is known), ``archive/captures/`` (WARC files) and
``archive/assets/`` (pictures by content). Never published; nothing stored is ever lost."""
