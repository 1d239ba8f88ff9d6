//! A transport of the program's own, and what the built-in one does around a request.

use std::sync::Arc;

use crate::{
    error::Result,
    http::{
        message::{Request, Response},
        transport::{MAX_REDIRECTS, Transport, next_location, redirects_too_often, user_agent},
    },
    tasks::Deadline,
};

/// Sends requests through a transport that knows nothing of platforms: they name who sends them, which some
/// platforms demand, and redirects that are safe to follow are followed.
#[derive(Debug)]
pub(crate) struct OwnTransport {
    transport: Arc<dyn Transport>,
    user_agent: String,
}

impl OwnTransport {
    /// With the program's text before appmint's own `User-Agent`.
    pub(crate) fn new(transport: Arc<dyn Transport>, before: Option<&str>) -> Result<Self> {
        Ok(Self { transport, user_agent: user_agent(before)? })
    }
}

impl Transport for OwnTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let mut request = request.clone();
        request.default_header("User-Agent", &self.user_agent);
        for _ in 0..=MAX_REDIRECTS {
            let response = self.transport.send(&request, deadline)?;
            match next_location(&request, &request.url, &response) {
                Some(next) => request.url = next,
                None => return Ok(response),
            }
        }
        Err(redirects_too_often(&request.url))
    }

    fn close(&self) {
        self.transport.close();
    }

    fn shrink(&self) {
        self.transport.shrink();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use url::Url;

    use super::*;
    use crate::error::Reason;

    /// Redirects to `/next` as often as it has values left, and notes what it was sent.
    #[derive(Debug)]
    struct Redirecting(Mutex<(Vec<u16>, Vec<String>)>);

    impl Transport for Redirecting {
        fn send(&self, request: &Request, _: Deadline) -> Result<Response> {
            let (statuses, sent) = &mut *self.0.lock().unwrap();
            let agent = request.fields().find(|(name, _)| *name == "User-Agent").unwrap().1;
            sent.push(format!("{} {} {agent}", request.method, request.url.path()));
            let location = vec![("Location".to_owned(), "/next".to_owned())];
            Ok(Response::from_parts(statuses.pop().unwrap_or(200), location, Vec::new()))
        }
    }

    fn send(method: &str, statuses: Vec<u16>) -> (Result<Response>, Vec<String>) {
        let inner = Arc::new(Redirecting(Mutex::new((statuses, Vec::new()))));
        let own = OwnTransport::new(Arc::clone(&inner) as _, Some("mine/1")).unwrap();
        let request = Request::new(method, Url::parse("https://api.example/first").unwrap());
        let outcome = own.send(&request, Deadline::after(Duration::from_secs(1)));
        let sent = std::mem::take(&mut inner.0.lock().unwrap().1);
        (outcome, sent)
    }

    #[test]
    fn a_get_is_followed_a_few_times_and_names_who_sends_it() {
        let agent = concat!("mine/1 appmint/", env!("CARGO_PKG_VERSION"));
        let (outcome, sent) = send("GET", vec![302]);
        assert_eq!(outcome.unwrap().status, 200);
        assert_eq!(sent, [format!("GET /first {agent}"), format!("GET /next {agent}")]);
        assert_eq!(send("GET", vec![301; 9]).0.unwrap_err().reason(), Some(Reason::Redirect));
        assert_eq!(send("POST", vec![307]).0.unwrap().status, 307);
    }
}
