"""``python -m mirrorpress``."""

from mirrorpress.app.cli import main

if __name__ == "__main__":
    main()
