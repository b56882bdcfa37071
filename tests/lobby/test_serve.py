"""The service takes its port or says who must give way; nothing else has begun by then."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path


def test_a_port_that_is_taken_is_said_in_three_lines(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("made-up", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = (
            f"[http]\nport = {taken.getsockname()[1]}\n\n"
            f'[broker]\npassword_file = "{password}"\n\n'
            '[[locker.columns]]\nname = "A"\ncells = "s m"\nscreen_after = 1\n'
        )
        (tmp_path / "lobby.toml").write_text(settings, encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "lobby", "serve", "--state", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert ended.returncode == 1
    told = ended.stderr.strip().splitlines()
    assert "cannot be listened on" in told[0]
    assert told[1:] == [
        "Nothing was changed, and no door was touched.",
        "End the program that has this port, or give the service another one in lobby.toml.",
    ]
