"""Certificates for servers that speak TLS: good ones, and each kind of bad one. Made anew in each process."""

import datetime
import ssl
import tempfile
import warnings
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"


class Identity:
    """A certificate with its key. Without an `authority` it is signed by itself."""

    def __init__(self, name, host=None, authority=None, years=(2020, 3020)):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        begin, end = (datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) for year in years)
        signer = authority or self
        builder = (x509.CertificateBuilder().subject_name(self.name).issuer_name(signer.name)
                   .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(begin).not_valid_after(end)
                   .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True))
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    def certificate_pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self):
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@cache
def authority(name):
    return Identity(name)


@cache
def client(name):
    return Identity("client", "client", authority(name))


@cache
def server(kind):
    match kind:
        case "good":
            return Identity(HOST, HOST, authority("ours"))
        case "expired":
            return Identity(HOST, HOST, authority("ours"), (2019, 2020))
        case "not_yet_valid":
            return Identity(HOST, HOST, authority("ours"), (3020, 3021))
        case "other_host":
            return Identity("git.corp.example", "git.corp.example", authority("ours"))
        case "unknown_authority":
            return Identity(HOST, HOST, authority("theirs"))
        case "self_signed":
            return Identity(HOST, HOST)
    raise ValueError(f"there is no certificate of the kind {kind}")


def facts():
    """What cases may name in braces: the authority's certificate, and those of clients."""
    return {"root": authority("ours").certificate_pem(), "root_self_signed": server("self_signed").certificate_pem(),
            "client_certificate": client("ours").certificate_pem(), "client_key": client("ours").key_pem(),
            "foreign_certificate": client("theirs").certificate_pem(), "foreign_key": client("theirs").key_pem()}


def context(certificate="good", wants_client=False, highest=None):
    """The server's side of TLS, as a case's `tls` says."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load(made, server(certificate))
    if wants_client:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(cadata=authority("ours").certificate_pem())
    if highest:
        made.set_ciphers("ALL:@SECLEVEL=0")  # or OpenSSL itself refuses the old versions
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = ssl.TLSVersion.TLSv1
            made.maximum_version = ssl.TLSVersion[highest]
    return made


def load(made, identity):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "identity.pem"
        path.write_text(identity.certificate_pem() + identity.key_pem(), "utf-8")
        made.load_cert_chain(path)
