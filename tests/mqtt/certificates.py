"""Certificates for a broker on 127.0.0.1, good for a day."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder: Path, name: str) -> None:
    """A CA `ca.pem`, and a certificate for 127.0.0.1 by it. Made now, good for a day."""
    now = datetime.now(UTC)
    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("ca", name)}
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wutongli boards")])
    for who, is_ca in (("ca", True), (name, False)):
        subject = issuer if is_ca else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)])
        builder = x509.CertificateBuilder(issuer, subject, keys[who].public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        signed = builder.sign(keys["ca"], hashes.SHA256())
        (folder / f"{who}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = keys[name].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(private)
