//! Reacts to errors by their kind.

use appmint_core::{AppBuilder, ErrorKind, Lookup, Result};

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment().build()?;
    let source = app.installation(Lookup::Organization("nowhere-inc".into()))?;
    // --8<-- [start:main]
    if let Err(error) = source.token().wait() {
        match error.kind() {
            ErrorKind::NotFound => println!("install the app first: {error}"),
            ErrorKind::RateLimited => println!("come back in {:?}", error.retry_after()),
            kind => println!("{kind}, {:?}, retry: {}", error.reason(), error.is_retryable()),
        }
    }
    // --8<-- [end:main]
    Ok(())
}
