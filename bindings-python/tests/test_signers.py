"""The signers of key services, with the services' own packages: GitHub's rules hold for their signatures."""

import base64
import json
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import appmint
import boto3
import hvac
import pkcs11
import pytest
from appmint.signers import AwsKms, AzureKeyVault, GoogleKms, Pkcs11, VaultTransit
from azure.core.credentials import AccessToken
from azure.keyvault.keys.crypto import CryptographyClient
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from google.auth.credentials import AnonymousCredentials
from google.cloud.kms import KeyManagementServiceClient
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceRestTransport
from moto import mock_aws


def verify(jwt, public_key):
    message, _, signature = jwt.rpartition(".")
    signature = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    public_key.verify(signature, message.encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture
def settings(settings):
    del settings["private_key"]
    return settings


@mock_aws
def test_aws_kms(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    public_key = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    verify(appmint.App("github", **settings, signer=AwsKms(kms, key)).jwt().reveal(), public_key)
    other = rsa.generate_private_key(65537, 2048).public_key()
    with pytest.raises(InvalidSignature):
        verify(appmint.App("github", **settings, signer=AwsKms(kms, key)).jwt().reveal(), other)
    with pytest.raises(appmint.CallbackError, match="NotFoundException") as caught:
        appmint.App("github", **settings, signer=AwsKms(kms, "alias/unknown")).jwt()
    assert type(caught.value.__cause__).__name__ == "NotFoundException"


class Service(BaseHTTPRequestHandler):
    """A service on loopback, with the key of its server."""

    protocol_version = "HTTP/1.1"

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def sign_digest(self, digest):
        return self.server.key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))

    def answer(self, status, body, **headers):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    """Starts a service, and returns its server."""
    servers = []

    def start(handler, certificate=None):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.key = rsa.generate_private_key(65537, 2048)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Transit(Service):
    """POST /v1/MOUNT/sign/NAME, as HashiCorp Vault documents it."""

    def do_PUT(self):
        body = self.body()
        signature = self.server.key.sign(base64.b64decode(body["input"]), padding.PKCS1v15(), hashes.SHA256())
        is_right = self.path == "/v1/keys/sign/octo-app" and (
            body["hash_algorithm"], body["signature_algorithm"]) == ("sha2-256", "pkcs1v15")
        answer = {"data": {"signature": "vault:v1:" + base64.b64encode(signature).decode()}}
        self.answer(*((200, answer) if is_right else (403, {"errors": ["permission denied"]})))

    do_POST = do_PUT


def test_transit(settings, serve):
    server = serve(Transit)
    client = hvac.Client(f"http://127.0.0.1:{server.server_port}", token="root")
    client.session.trust_env = False
    app = appmint.App("github", **settings, signer=VaultTransit(client, "octo-app", "keys"))
    verify(app.jwt().reveal(), server.key.public_key())
    with pytest.raises(appmint.CallbackError, match="Forbidden"):
        appmint.App("github", **settings, signer=VaultTransit(client, "other", "keys")).jwt()


class Google(Service):
    """POST /v1/NAME:asymmetricSign
    (https://docs.cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.cryptoKeyVersions/asymmetricSign)."""

    def do_POST(self):
        body, (name, _, operation) = self.body(), self.path.partition("?")[0].removeprefix("/v1/").partition(":")
        if (name, operation) != (VERSION, "asymmetricSign"):
            self.answer(404, {"error": {"code": 404, "message": "CryptoKeyVersion not found.", "status": "NOT_FOUND"}})
            return
        signature = self.sign_digest(base64.b64decode(body["digest"]["sha256"]))
        self.answer(200, {"name": name, "signature": base64.b64encode(signature).decode(), "protectionLevel": "HSM"})


VERSION = "projects/octo/locations/europe-west1/keyRings/apps/cryptoKeys/octo-app/cryptoKeyVersions/1"


def test_google_kms(settings, serve):
    server = serve(Google)
    transport = KeyManagementServiceRestTransport(host=f"127.0.0.1:{server.server_port}", url_scheme="http", credentials=AnonymousCredentials())
    transport._session.trust_env = False
    client = KeyManagementServiceClient(transport=transport)
    verify(appmint.App("github", **settings, signer=GoogleKms(client, VERSION)).jwt().reveal(), server.key.public_key())
    with pytest.raises(appmint.CallbackError, match="NotFound") as caught:
        appmint.App("github", **settings, signer=GoogleKms(client, VERSION + "0")).jwt()
    assert type(caught.value.__cause__).__name__ == "NotFound"


class Azure(Service):
    """GET /keys/NAME/VERSION and POST /keys/NAME/VERSION/sign, after the challenge with which Azure Key Vault names its issuer
    (https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign)."""

    def do_GET(self):
        if not self.path.startswith("/keys/octo-app/1"):
            self.authorized(404, NOT_FOUND)
            return
        numbers = self.server.key.public_key().public_numbers()
        parts = {"n": numbers.n.to_bytes(256, "big"), "e": numbers.e.to_bytes(3, "big")}
        key = {name: base64.urlsafe_b64encode(part).decode().rstrip("=") for name, part in parts.items()}
        self.authorized(200, {"key": {"kid": self.key_id(), "kty": "RSA", "key_ops": ["sign", "verify"], **key}})

    def do_POST(self):
        body = self.body() if int(self.headers.get("content-length") or 0) else {}
        if self.path.startswith("/keys/octo-app/1/sign") and body.get("alg") == "RS256":
            digest = base64.urlsafe_b64decode(body["value"] + "=" * (-len(body["value"]) % 4))
            signature = base64.urlsafe_b64encode(self.sign_digest(digest)).decode().rstrip("=")
            self.authorized(200, {"kid": self.key_id(), "value": signature})
            return
        self.authorized(404, NOT_FOUND)

    def key_id(self):
        return f"https://127.0.0.1:{self.server.server_port}/keys/octo-app/1"

    def authorized(self, status, body):
        if self.headers.get("authorization") == "Bearer the-credential":
            self.answer(status, body)
            return
        challenge = 'Bearer authorization="https://login.example/tenant", resource="https://vault.example"'
        self.answer(401, {}, www_authenticate=challenge)


NOT_FOUND = {"error": {"code": "KeyNotFound", "message": "A key was not found."}}


class Credential:
    def get_token(self, *_scopes, **_options):
        return AccessToken("the-credential", 4_102_444_800)


@pytest.fixture
def certificate(tmp_path):
    """A file with a certificate for this machine and its key: the SDK sends its credential over TLS only."""
    path = tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, "-keyout", path, "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_name("certificate.pem.crt").read_text())
    return path


def test_azure(settings, serve, certificate):
    server = serve(Azure, certificate)

    def client(key):
        return CryptographyClient(f"https://127.0.0.1:{server.server_port}/keys/{key}/1", Credential(), verify_challenge_resource=False,
                                  connection_verify=f"{certificate}.crt", use_env_settings=False, retry_total=0)

    verify(appmint.App("github", **settings, signer=AzureKeyVault(client("octo-app"))).jwt().reveal(), server.key.public_key())
    with pytest.raises(appmint.CallbackError, match="ResourceNotFoundError") as caught:
        appmint.App("github", **settings, signer=AzureKeyVault(client("other"))).jwt()
    assert type(caught.value.__cause__).__name__ == "ResourceNotFoundError"


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    """A session of a token of SoftHSM, in which the app's key is."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        command = ["softhsm2-util", "--module", SOFTHSM, "--init-token", "--free", "--label", "octo", "--so-pin", "4711", "--pin", "0815"]
        subprocess.run(command, check=True, capture_output=True)
        with pkcs11.lib(SOFTHSM).get_token(token_label="octo").open(user_pin="0815", rw=True) as session:
            yield session


def test_pkcs11(settings, hsm):
    public, private = hsm.generate_keypair(pkcs11.KeyType.RSA, 2048, label="octo-app", store=True)
    numbers = rsa.RSAPublicNumbers(*(int.from_bytes(public[name], "big") for name in
                                     (pkcs11.Attribute.PUBLIC_EXPONENT, pkcs11.Attribute.MODULUS)))
    signer = Pkcs11(hsm.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label="octo-app"))
    verify(appmint.App("github", **settings, signer=signer).jwt().reveal(), numbers.public_key())
    with ThreadPoolExecutor(8) as pool:
        signatures = set(pool.map(lambda _: signer(b"one session, eight threads"), range(200)))
    assert signatures == {private.sign(b"one session, eight threads", mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)}
    public.destroy()
    private.destroy()
    with pytest.raises(appmint.CallbackError, match="ObjectHandleInvalid|KeyHandleInvalid") as caught:
        appmint.App("github", **settings, signer=signer).jwt()
    assert isinstance(caught.value.__cause__, pkcs11.PKCS11Error)
