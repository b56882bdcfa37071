"""`python -m lobby` is the `lobby` command."""

import sys

from lobby.cli import main

sys.exit(main())
