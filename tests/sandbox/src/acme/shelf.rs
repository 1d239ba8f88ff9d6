//! The shelf (marketplace) page on which a smith installs a tool.

use hyper::StatusCode;
use url::Url;

use super::authorize::callback;
use super::{Acme, Call, PendingForm};
use crate::forms::{field, is_same_origin};
use crate::http::Reply;
use crate::pages::{installation, problem};

/// An installation that waits for the decision of the smith.
pub(super) struct Taking {
    tool: String,
    back_to: Url,
    state: Option<String>,
}

impl Acme {
    pub(super) fn shelf_page(&mut self, call: &Call<'_>) -> Reply {
        let Some(tool) = self.tools.by_slug(call.part(0)) else {
            return problem(StatusCode::NOT_FOUND, "There is no such tool on the shelf.");
        };
        let parameter = |name| call.request.query.one(name).ok().flatten();
        let named = parameter("back_to").unwrap_or(tool.redirects.first());
        let Some(back_to) = tool.redirects.accept(named) else {
            return problem(StatusCode::NOT_FOUND, "This back_to is not the tool's.");
        };
        let (title, state) = (tool.title.clone(), parameter("state").map(str::to_owned));
        let taking = Taking { tool: tool.id.clone(), back_to, state };
        let form_token = self.forms.add(PendingForm::Seat(taking), call.context);
        installation(&title, &call.context.form("/people/shelf/take", &form_token))
    }

    pub(super) fn shelf_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        let agreed = field(call.request, "decision").is_some_and(|it| it == "authorize");
        match form {
            Some(PendingForm::Seat(Taking { tool, back_to, state })) if agreed => {
                let seat = self.take_seat(&tool);
                callback(back_to, state.as_deref(), &[("seat_number", &seat)])
            }
            Some(PendingForm::Seat(_)) => {
                problem(StatusCode::BAD_REQUEST, "The tool stays on the shelf, as you wished.")
            }
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}
