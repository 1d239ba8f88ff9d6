//! The Secret Service of a desktop, over D-Bus: <https://specifications.freedesktop.org/secret-service/>.
//!
//! It may hold several entries with the same attributes, and cannot compare and swap. So that two
//! processes do not make two keys, the one that makes it owns a name on the bus meanwhile, which the bus
//! gives to one connection, and takes back when that connection ends.
//!
//! The call has a runtime of its own, which ends with it: neither a thread nor a connection stays in the
//! program.

use std::{collections::HashMap, time::Duration};

use secret_service::{EncryptionType, Error as ServiceError, Item, SecretService};
use tokio::{runtime, time};
use zbus::{
    Address, Connection,
    address::Transport,
    connection::Builder,
    fdo::{RequestNameFlags, RequestNameReply},
};
use zeroize::Zeroizing;

use super::{IfMissing, no_text, unusable};
use crate::{
    encoding::hex,
    error::{Error, Result},
    secret::Secret,
    store::StoreKey,
};

/// The key of this name, if there is or was made one.
///
/// # Errors
/// [`Store`](crate::ErrorKind::Store) if it could not be read or made in this time.
pub(super) fn ask(name: &str, if_missing: IfMissing, time: Duration) -> Result<Option<Secret>> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unusable(name, "no event loop could be made").caused_by(error))?;
    let asked =
        runtime.block_on(async { time::timeout(time, find_or_make(name, if_missing)).await });
    runtime.shutdown_background();
    asked.unwrap_or_else(|_| {
        Err(unusable(name, "until the app's timeout it was neither unlocked nor did it answer"))
    })
}

async fn find_or_make(name: &str, if_missing: IfMissing) -> Result<Option<Secret>> {
    let bus = session_bus().await.map_err(|error| {
        unusable(name, "there is no session bus of D-Bus that it could be reached by")
            .caused_by(error)
    })?;
    let service = SecretService::connect_with_existing(EncryptionType::Dh, bus.clone())
        .await
        .map_err(|error| failed(name, error))?;
    loop {
        let found = find(&service, name).await?;
        if found.is_some() || if_missing == IfMissing::Nothing {
            return Ok(found);
        }
        if may_make(&bus, name).await? {
            // Whoever owned the name before may have made the key.
            return match find(&service, name).await? {
                Some(key) => Ok(Some(key)),
                None => make(&service, name).await.map(Some),
            };
        }
        time::sleep(POLL_INTERVAL).await;
    }
}

/// The bus of the user's session. An address may also be a command to start; then tokio would set a signal handler of
/// its own for the process.
async fn session_bus() -> zbus::Result<Connection> {
    let address = Address::session()?;
    if matches!(address.transport(), Transport::Unixexec(_)) {
        return Err(zbus::Error::Unsupported);
    }
    Builder::address(address)?.build().await
}

/// The key in the oldest entry with the name.
async fn find(service: &SecretService<'_>, name: &str) -> Result<Option<Secret>> {
    let failed = |error| failed(name, error);
    let found = service.search_items(attributes(name)).await.map_err(failed)?;
    let Some(item) =
        oldest(found.unlocked.into_iter().chain(found.locked)).await.map_err(failed)?
    else {
        return Ok(None);
    };
    if item.is_locked().await.map_err(failed)? {
        item.unlock().await.map_err(failed)?;
    }
    let bytes = Zeroizing::new(item.get_secret().await.map_err(failed)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| no_text(name))?;
    Ok(Some(Secret::new(text.trim())))
}

async fn oldest<'a>(
    items: impl Iterator<Item = Item<'a>>,
) -> std::result::Result<Option<Item<'a>>, ServiceError> {
    let mut oldest: Option<(u64, Item<'a>)> = None;
    for item in items {
        let created = item.get_created().await?;
        if oldest.as_ref().is_none_or(|(other, _)| created < *other) {
            oldest = Some((created, item));
        }
    }
    Ok(oldest.map(|(_, item)| item))
}

/// Whether this process is the one that makes the key.
async fn may_make(bus: &Connection, name: &str) -> Result<bool> {
    let lock = format!("appmint.StoreKey.n{}", hex(name.as_bytes()));
    match bus.request_name_with_flags(lock, RequestNameFlags::DoNotQueue.into()).await {
        Ok(reply) => {
            Ok(matches!(reply, RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner))
        }
        Err(zbus::Error::NameTaken) => Ok(false),
        Err(error) => Err(failed(name, error.into())),
    }
}

async fn make(service: &SecretService<'_>, name: &str) -> Result<Secret> {
    let failed = |error| failed(name, error);
    let collection = service.get_default_collection().await.map_err(failed)?;
    if collection.is_locked().await.map_err(failed)? {
        collection.unlock().await.map_err(failed)?;
    }
    let key = StoreKey::generate()?;
    let label = format!("Key of appmint's store ({name})");
    let (attributes, secret) = (attributes(name), key.reveal().as_bytes());
    collection
        .create_item(&label, attributes, secret, false, "text/plain")
        .await
        .map_err(failed)?;
    Ok(key)
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("xdg:schema", "appmint.StoreKey"), ("application", "appmint"), ("name", name)])
}

fn failed(name: &str, error: ServiceError) -> Error {
    let why = match &error {
        ServiceError::Locked | ServiceError::Prompt | ServiceError::PromptDisconnected => {
            "it is locked, and nobody has unlocked it"
        }
        ServiceError::NoResult => "it has no default collection",
        ServiceError::Unavailable => "no Secret Service runs in this session",
        _ => "the Secret Service failed",
    };
    unusable(name, why).caused_by(error)
}

/// The pause between two looks for a key that another process makes.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
