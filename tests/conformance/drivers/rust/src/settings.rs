//! The settings that a driver is told, one by one.

use std::{sync::Arc, time::Duration};

use appmint_core::{Error, ErrorKind, ManualClock, Result, Timestamp, auth::Signer};

use crate::{Driver, records::Broken};

#[derive(Debug)]
struct TestSigner(bool);

impl Signer for TestSigner {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>> {
        let failed = || Error::new(ErrorKind::Callback, "the signer callback failed");
        self.0.then(|| vec![1; 256]).ok_or_else(failed)
    }
}

impl Driver {
    pub(crate) fn set(&mut self, key: &str, value: String) -> Result<()> {
        let settings = &mut self.settings;
        match key {
            "environment" => settings.environment = Some(value),
            "platform" => settings.platform = Some(value),
            "platform_descriptor" => settings.platform_descriptor = Some(value),
            "host" => settings.host = Some(value),
            "api_url" => settings.api_url = Some(value),
            "web_url" => settings.web_url = Some(value),
            "app_id" => settings.app_id = Some(value),
            "client_id" => settings.client_id = Some(value),
            "client_secret" => settings.client_secret = Some(value.into()),
            "private_key" => settings.private_key = Some(value.into_bytes().into()),
            "private_key_hex" => settings.private_key = Some(bytes(&value).into()),
            "fallback_private_key" => {
                settings.fallback_private_key = Some(value.into_bytes().into());
            }
            "private_key_passphrase" => settings.private_key_passphrase = Some(value.into()),
            "key_id" => settings.key_id = Some(value),
            "fallback_key_id" => settings.fallback_key_id = Some(value),
            "signer" => settings.signer = Some(Arc::new(TestSigner(value == "ok"))),
            "jwt_back_date" => settings.jwt_back_date = Some(seconds(&value)),
            "jwt_lifetime" => settings.jwt_lifetime = Some(seconds(&value)),
            "timeout" => settings.timeout = Some(milliseconds(&value)),
            "connect_timeout" => settings.connect_timeout = Some(milliseconds(&value)),
            "proxy" => settings.proxy = Some(value.into()),
            "root_certificates" => settings.root_certificates = Some(value.into_bytes()),
            "client_certificate" => settings.client_certificate = Some(value.into_bytes()),
            "client_key" => settings.client_key = Some(value.into_bytes().into()),
            "user_agent" => settings.user_agent = Some(value),
            "allow_plain_http" => settings.allow_plain_http = value == "true",
            "refuse_private_addresses" => settings.refuse_private_addresses = value == "true",
            "max_response_body" => settings.max_response_body = Some(number(&value)),
            "retries" => settings.retries = Some(number(&value)),
            "retry_wait" => settings.retry_wait = Some(milliseconds(&value)),
            "store" => settings.store = Some(value.into()),
            "own_store" if value == "ok" => settings.own_store = Some(self.records.clone()),
            "own_store" => settings.own_store = Some(Arc::new(Broken::new(&value))),
            "store_key" => settings.store_key = Some(value.into()),
            "previous_store_key" => settings.previous_store_key = Some(value.into()),
            "store_unencrypted" => settings.store_unencrypted = value == "true",
            "capacity" => settings.capacity = Some(number(&value)),
            "on_event" if value == "true" => {
                let watch = self.watch.clone();
                settings.on_event = Some(Arc::new(move |event| watch.note(event)));
            }
            "on_event" => settings.on_event = Some(Arc::new(|_| panic!("the listener failed"))),
            "clock_ms" => {
                let clock = ManualClock::new(moment(&value));
                self.clock = Some(clock.clone());
                settings.clock = Some(Arc::new(clock));
            }
            other => panic!("no setting {other}"),
        }
        Ok(())
    }
}

fn number<N: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> N {
    text.parse().expect("a number")
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(number(text))
}

pub(crate) fn milliseconds(text: &str) -> Duration {
    Duration::from_millis(number(text))
}

pub(crate) fn moment(text: &str) -> Timestamp {
    Timestamp::from_millis(number(text))
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}
