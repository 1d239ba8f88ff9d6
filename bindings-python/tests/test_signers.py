"""The signers of key services, with the services' own packages: GitHub's rules hold for their signatures."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import appmint
import boto3
import hvac
import pytest
from appmint.signers import AwsKms, VaultTransit
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
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


class Transit(BaseHTTPRequestHandler):
    """POST /v1/MOUNT/sign/NAME, as HashiCorp Vault documents it."""

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        signature = self.server.key.sign(base64.b64decode(body["input"]), padding.PKCS1v15(), hashes.SHA256())
        is_right = self.path == "/v1/keys/sign/octo-app" and (
            body["hash_algorithm"], body["signature_algorithm"]) == ("sha2-256", "pkcs1v15")
        answer = {"data": {"signature": "vault:v1:" + base64.b64encode(signature).decode()}}
        self.send_response(200 if is_right else 403)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer if is_right else {"errors": ["permission denied"]}).encode())

    do_POST = do_PUT

    def log_message(self, *_):
        pass


def test_transit(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    server.key = rsa.generate_private_key(65537, 2048)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    client = hvac.Client(f"http://127.0.0.1:{server.server_port}", token="root")
    client.session.trust_env = False
    app = appmint.App("github", **settings, signer=VaultTransit(client, "octo-app", "keys"))
    verify(app.jwt().reveal(), server.key.public_key())
    with pytest.raises(appmint.CallbackError, match="Forbidden"):
        appmint.App("github", **settings, signer=VaultTransit(client, "other", "keys")).jwt()
    server.shutdown()
    server.server_close()
