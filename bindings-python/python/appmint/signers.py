"""Signers of key services: ``App(signer=AwsKms(boto3.client("kms"), "alias/octo-app"))``.

The private key stays in the service. Each signer takes a client of the service's own package, and is called on a
worker thread; an exception of the client is the ``__cause__`` of the error.
"""

from __future__ import annotations

import base64
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
