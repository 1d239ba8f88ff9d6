//! The page where a person installs the app, and its callback.

use crate::{
    encoding::random_text,
    error::{Error, Reason, Result},
    oauth::{authorization::Authorization, callback::Callback},
    platform::{Platform, descriptor::Base, operations::Install},
};

/// The parameters of an installation by a person.
#[derive(Clone, Debug, Default)]
pub struct InstallRequest {
    /// The app's short name, as it stands in the URL of the app's page and in its
    /// [`Registration`](super::Registration).
    pub app_slug: String,
    /// A state of your own, which nobody must be able to guess; default 256 random bits where the
    /// platform takes a state.
    pub state: Option<String>,
    /// The URL that the person returns to, where the platform takes one.
    pub redirect_uri: Option<String>,
}

pub(crate) fn url(platform: &Platform, request: &InstallRequest) -> Result<Authorization> {
    let rules = rules(platform)?;
    let mut url = platform.endpoint(Base::Web, &rules.path, &[("app_slug", &request.app_slug)])?;
    let state = state(platform, rules, request)?;
    if let (Some(parameter), Some(state)) = (&rules.state, &state) {
        url.query_pairs_mut().append_pair(parameter, state);
    }
    if let Some(redirect_uri) = &request.redirect_uri {
        let unsupported = || platform.unsupported("a redirect_uri for installing");
        let parameter = rules.redirect_uri.as_ref().ok_or_else(unsupported)?;
        url.query_pairs_mut().append_pair(parameter, redirect_uri);
    }
    Ok(Authorization::for_installing(url, state.unwrap_or_default()))
}

fn state(platform: &Platform, rules: &Install, request: &InstallRequest) -> Result<Option<String>> {
    match (&rules.state, &request.state) {
        (None, Some(_)) => Err(platform.unsupported("a state for installing")),
        (None, None) => Ok(None),
        (Some(_), None) => random_text().map(Some),
        (Some(_), Some(state)) if state.is_empty() => Err(Error::invalid("the state is empty")),
        (Some(_), Some(state)) => Ok(Some(state.clone())),
    }
}

/// The installation's id in a callback's URL or query, after its state was compared in constant
/// time. The platform must still be asked about it.
pub(crate) fn installation_id(platform: &Platform, callback: &str, state: &str) -> Result<String> {
    let rules = rules(platform)?;
    let unsupported = || platform.unsupported("a callback after installing");
    let name = rules.installation_id.as_ref().ok_or_else(unsupported)?;
    let callback = Callback::of(callback);
    if let Some(parameter) = &rules.state {
        callback.check_state(parameter, state)?;
    }
    callback.single(name)?.filter(|id| !id.is_empty()).ok_or_else(|| {
        Error::protocol(Reason::MissingMember, format!("the callback holds no {name}")).advise(
            "An owner may have to approve the request first; the platform then sends a webhook.",
        )
    })
}

fn rules(platform: &Platform) -> Result<&Install> {
    let install = platform.descriptor().install.as_ref();
    install.ok_or_else(|| platform.unsupported("a page for installing an app"))
}
