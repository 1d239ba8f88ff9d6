//! One of many processes that share their tokens: whoever needs one first has it minted.

use appmint_core::{AppBuilder, Lookup, Result};

use crate::variable;

pub(crate) fn run() -> Result<()> {
    // --8<-- [start:main]
    let app = AppBuilder::from_environment()
        .store(variable("REDIS_URL")) // redis://… or rediss://… (TLS)
        .store_key(variable("STORE_KEY")) // openssl rand -hex 32, the same for all processes
        .build()?;
    app.installation(Lookup::Organization("octo-org".into()))?.token().wait()?;
    let stats = app.stats();
    println!("minted: {} from the store: {}", stats.minted, stats.from_store);
    // --8<-- [end:main]
    Ok(())
}
