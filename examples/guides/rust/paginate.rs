//! Goes through the items of lists of the API, whatever pages they come in.

use appmint_core::{AppBuilder, Call, Lookup, Result};

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment().build()?;
    let source = app.installation(Lookup::Organization("octo-org".into()))?;

    // --8<-- [start:main]
    for repository in source.paginate(Call::get("/orgs/octo-org/repos?per_page=1"), None)? {
        let repository = repository?; // pages are requested as they are needed
        println!("{}", repository["full_name"].as_str().unwrap_or("?"));
    }

    // The items are a member of the answer: {"total_count": …, "repositories": […]}
    let call = Call::get("/installation/repositories");
    let repositories = source.paginate(call, Some("repositories"))?.all()?;
    // --8<-- [end:main]
    println!("{}", repositories.len());
    Ok(())
}
