"""Where messages go and with which token: what is wrong is said at start, and the token never."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.gateway import GatewayUnusable, HttpTransport, read_token


@pytest.mark.parametrize(
    "url",
    ["", "gateway.example", "ftp://gateway.example/", "https:///messages", "https://box:pin@gateway.example/"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(GatewayUnusable) as refusal:
        HttpTransport(url)
    assert "pin" not in str(refusal.value)


def test_codes_do_not_leave_the_machine_in_clear() -> None:
    with pytest.raises(GatewayUnusable, match="https only"):
        HttpTransport("http://192.168.1.20/messages")
    for near in ("http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost:9/"):
        HttpTransport(near)


def test_a_port_that_is_none_is_named() -> None:
    with pytest.raises(GatewayUnusable, match="port"):
        HttpTransport("https://gateway.example:99999/")


def test_a_token_stands_alone_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret\n", encoding="ascii")
    assert read_token(file) == "s3cret"


@pytest.mark.parametrize("content", [b"", b"\n", b"two words\n", b"line\nline\n", "中".encode()])
def test_a_file_that_holds_anything_else_is_refused_without_repeating_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(GatewayUnusable) as refusal:
        read_token(file)
    assert "words" not in str(refusal.value)


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayUnusable, match="no-such-token"):
        read_token(tmp_path / "no-such-token")
