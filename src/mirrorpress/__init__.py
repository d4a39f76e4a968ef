"""mirrorpress: turn a news site that its readers cannot reach into one that they can."""

__version__ = "0.1.0"
