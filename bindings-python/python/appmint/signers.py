"""Signers of key services: ``App(signer=AwsKms(boto3.client("kms"), "alias/octo-app"))``.

The private key stays in the service, or in the HSM. Each signer takes a client of the service's own package, and is called on
worker threads, several at a time; an exception of the client is the ``__cause__`` of the error.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from typing import Any


class AwsKms:
    """Signs with an RSA key of AWS KMS, whose usage is SIGN_VERIFY.

    Args:
        client: ``boto3.client("kms")``, which threads may share.
        key_id: The key's id, ARN or alias.
    """

    def __init__(self, client: Any, key_id: str) -> None:
        self._client, self._key_id = client, key_id

    def __call__(self, message: bytes) -> bytes:
        answer = self._client.sign(
            KeyId=self._key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        signature: bytes = answer["Signature"]
        return signature


class AzureKeyVault:
    """Signs with an RSA key of Azure Key Vault or of a Managed HSM.

    Args:
        client: A ``CryptographyClient`` of ``azure.keyvault.keys.crypto``, whose key may sign.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __call__(self, message: bytes) -> bytes:
        signature: bytes = self._client.sign("RS256", hashlib.sha256(message).digest()).signature
        return signature


class GoogleKms:
    """Signs with an RSA key of Google Cloud KMS, whose algorithm is RSA_SIGN_PKCS1_2048_SHA256 or one of a longer key.

    Args:
        client: A ``KeyManagementServiceClient`` of ``google.cloud.kms``, which threads may share.
        key_version: The name of a version of the key: "projects/…/cryptoKeyVersions/1".
    """

    def __init__(self, client: Any, key_version: str) -> None:
        self._client, self._key_version = client, key_version

    def __call__(self, message: bytes) -> bytes:
        digest = {"sha256": hashlib.sha256(message).digest()}
        answer = self._client.asymmetric_sign(request={"name": self._key_version, "digest": digest})
        signature: bytes = answer.signature
        return signature


class Pkcs11:
    """Signs with an RSA key in a PKCS#11 token: an HSM, a smart card, or SoftHSM.

    A session of a token is of one process: make the signer, and its app, in each child of a fork.

    Args:
        key: A ``PrivateKey`` of the package ``python-pkcs11``, whose session stays open: ``session.get_key(
            object_class=ObjectClass.PRIVATE_KEY, label="octo-app")``. A session makes one signature at a time, and the
            signer waits for it; nothing else may use the session meanwhile.
    """

    def __init__(self, key: Any) -> None:
        from pkcs11 import Mechanism

        self._key, self._mechanism = key, Mechanism.SHA256_RSA_PKCS
        self._lock = threading.Lock()

    def __call__(self, message: bytes) -> bytes:
        with self._lock:
            signature: bytes = self._key.sign(message, mechanism=self._mechanism)
        return signature


class VaultTransit:
    """Signs with an RSA key of the transit engine of HashiCorp Vault or OpenBao.

    Args:
        client: An ``hvac.Client`` with a token that may use ``MOUNT/sign/NAME``.
        name: The key's name.
        mount_point: The path of the engine.
    """

    def __init__(self, client: Any, name: str, mount_point: str = "transit") -> None:
        self._client, self._name, self._mount_point = client, name, mount_point

    def __call__(self, message: bytes) -> bytes:
        answer = self._client.secrets.transit.sign_data(
            name=self._name,
            hash_input=base64.b64encode(message).decode(),
            hash_algorithm="sha2-256",
            signature_algorithm="pkcs1v15",
            mount_point=self._mount_point,
        )
        # The signature in base64 follows the version of the key.
        return base64.b64decode(answer["data"]["signature"].rpartition(":")[2])
