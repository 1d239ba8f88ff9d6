"""Webhooks: signatures, what they change, configuration and deliveries."""

import gc
import hmac
import json
import weakref
from datetime import datetime, timezone
from email.message import Message

import appmint
import pytest
from conftest import last_request, pages

SENT = datetime(2025, 11, 20, 12, 30, tzinfo=timezone.utc)


def test_a_webhook_is_verified_by_its_signature(github, platform, hook):
    webhook = github.verify_webhook(**hook)
    assert (webhook.name, webhook.delivery_id, webhook.installation_id) == ("push", None, None)
    assert webhook.payload == {"foo": "bar"}
    for secrets in (["new", hook["secrets"]], (hook["secrets"],)):
        assert github.verify_webhook(**hook | {"secrets": secrets}).payload == {"foo": "bar"}
    for body in (bytearray(hook["body"]), memoryview(hook["body"])):
        assert github.verify_webhook(hook["headers"], body, hook["secrets"]).name == "push"
    message = Message()
    for name, value in hook["headers"].items():
        message[name.upper()] = value
    assert github.verify_webhook(**hook | {"headers": message}).name == "push"
    assert not platform.requests


def test_a_webhook_names_its_installation(github):
    body = '{"installation":{"id":14},"big":12345678901234567,"ü":[1.5,null]}'.encode()
    signature = hmac.new(b"s", body, "sha256").hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}", "X-GitHub-Delivery": "d-1",
               "X-GitHub-Event": "installation"}
    webhook = github.verify_webhook(headers, body, "s")
    assert (webhook.installation_id, webhook.delivery_id) == ("14", "d-1")
    assert webhook.payload == json.loads(body)
    assert webhook.payload is webhook.payload
    assert repr(webhook) == "<appmint.WebhookEvent installation of installation 14>"
    with pytest.raises(AttributeError):
        webhook.name = "other"


@pytest.mark.parametrize("other", [
    {"body": b'{"foo":"baz"}'},
    {"body": b'{"foo": "bar"}'},
    {"secrets": "another"},
    {"secrets": ["another", "mysecret2"]},
    {"headers": {}},
    {"headers": {"X-Hub-Signature-256": "sha256="}},
])
def test_a_webhook_without_the_right_signature_is_refused(github, hook, other):
    with pytest.raises(appmint.UnauthorizedError) as caught:
        github.verify_webhook(**hook | other)
    assert caught.value.reason == "invalid_signature"


def test_a_webhook_must_be_the_raw_bytes(github, hook):
    for body in (hook["body"].decode(), {"foo": "bar"}, None):
        with pytest.raises(TypeError, match="body must be the raw bytes of the request"):
            github.verify_webhook(**hook | {"body": body})
    for other in ({"secrets": b"mysecret"}, {"secrets": [b"mysecret"]}, {"secrets": None},
                  {"headers": "a: b"}, {"headers": [1]}, {"headers": {"a": 1}}, {"headers": 7}):
        with pytest.raises(TypeError):
            github.verify_webhook(**hook | other)
    for secrets in ("", [], ["mysecret", ""], "\ud800"):
        with pytest.raises(appmint.InvalidArgumentError):
            github.verify_webhook(**hook | {"secrets": secrets})
    with pytest.raises(TypeError):
        appmint.WebhookEvent()


def test_a_webhook_that_is_not_json_is_a_protocol_error(github):
    body = b"message=%7B%7D"  # a form without a payload
    signature = hmac.new(b"s", body, "sha256").hexdigest()
    with pytest.raises(appmint.ProtocolError) as caught:
        github.verify_webhook({"X-Hub-Signature-256": f"sha256={signature}"}, body, "s")
    assert caught.value.reason == "not_json"


def test_a_webhook_forgets_tokens(github, platform):
    body = json.dumps({"action": "suspend", "installation": {"id": 14}}).encode()
    headers = {"X-GitHub-Event": "installation",
               "X-Hub-Signature-256": "sha256=" + hmac.new(b"s", body, "sha256").hexdigest()}
    webhook = github.verify_webhook(headers, body, "s")
    assert github.apply_webhook(webhook) == 0
    source = github.installation(14)
    source.token()
    assert github.apply_webhook(webhook) == 1
    assert source.expires_at is None
    with pytest.raises(TypeError, match="webhook must be a WebhookEvent, not dict"):
        github.apply_webhook({})


def test_a_webhook_in_a_reference_cycle_is_collected(github, hook):
    webhook = github.verify_webhook(**hook)
    webhook.payload["webhook"] = webhook
    seen = weakref.ref(webhook)
    del webhook
    gc.collect()
    assert seen() is None


DELIVERY = {"id": 12345678, "guid": "0b989ba4", "delivered_at": "2025-11-20T12:30:00Z",
            "redelivery": False, "status": "OK", "status_code": 200, "event": "issues",
            "action": "opened", "installation_id": 14, "repository_id": 7}


def test_deliveries_are_listed_returned_and_sent_again(github, platform):
    pages(platform, "/app/hook/deliveries", [DELIVERY, {"id": 1}])
    first, bare = github.webhook_deliveries()
    assert (first.id, first.guid) == ("12345678", "0b989ba4")
    assert (first.event, first.action) == ("issues", "opened")
    assert (first.status, first.status_code, first.is_redelivery) == ("OK", 200, False)
    assert (first.delivered_at, first.installation_id, first.repository_id) == (SENT, "14", "7")
    assert (bare.status_code, bare.delivered_at, bare.is_redelivery) == (None, None, None)
    assert repr(first) == "<appmint.WebhookDelivery 12345678 of issues>"
    whole = DELIVERY | {"request": {"payload": {"a": [1.5]}}, "response": {"payload": "ok"}}
    platform.respond("/app/hook/deliveries/12345678", 200, whole)
    platform.respond("/app/hook/deliveries/12345678/attempts", 202, {})
    for id in (12345678, first.id):
        assert github.webhook_delivery(id).raw == whole
        assert github.redeliver_webhook(id) is None
        assert last_request(platform)[:2] == ("POST", "/app/hook/deliveries/12345678/attempts")


def test_a_webhooks_configuration_is_changed_in_part(github, platform):
    raw = {"url": "https://example.com/hook?key=hunter2", "content_type": "json", "insecure_ssl": "0"}
    platform.respond("/app/hook/config", 200, raw)
    config = github.webhook_config()
    assert (config.url, config.content_type, config.insecure_ssl) == (raw["url"], "json", False)
    assert config.raw == raw and config == github.webhook_config()
    assert "hunter2" not in repr(config)
    github.update_webhook_config(secret="s", insecure_ssl=True)
    assert last_request(platform)[3] == {"secret": "s", "insecure_ssl": "1"}
    github.update_webhook_config(url="https://example.com", content_type="form")
    assert last_request(platform)[3] == {"url": "https://example.com", "content_type": "form"}
    sent = len(platform.requests)
    with pytest.raises(appmint.InvalidArgumentError, match="changes nothing"):
        github.update_webhook_config()
    for name, wrong in {"insecure_ssl": "0", "url": b"https://example.com", "secret": 7}.items():
        with pytest.raises(TypeError, match=f"{name} must be"):
            github.update_webhook_config(**{name: wrong})
    with pytest.raises(TypeError):
        github.update_webhook_config("https://example.com")
    assert len(platform.requests) == sent


def test_headers_are_a_mapping_or_pairs_of_text_or_bytes(github, hook):
    pairs = list(hook["headers"].items())
    asgi = [(name.lower().encode(), value.encode()) for name, value in pairs]
    for headers in (pairs, asgi, iter(pairs), dict(asgi), tuple(pairs)):
        assert github.verify_webhook(**hook | {"headers": headers}).name == "push"
