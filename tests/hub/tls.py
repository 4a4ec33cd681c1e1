"""Certificates of our own for servers on 127.0.0.1, made anew for each run."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"


class Authority:
    """Issues certificates; whoever is given its file trusts them."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    def file(self, folder: Path) -> Path:
        """Its own certificate in a file, for SSL_CERT_FILE."""
        path = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(path)
        return path

    def server(self, name: str = HOST, *, days: tuple[int, int] = (-1, 1)) -> ssl.SSLContext:
        """What a server of that name shows, valid from and until so many days from now."""
        today = datetime.datetime.now(datetime.UTC)
        first, last = (today + datetime.timedelta(days=day) for day in days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(name, not_before=first, not_after=last).configure_cert(context)
        return context


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server shows that nobody vouches for but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
