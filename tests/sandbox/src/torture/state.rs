//! The platform and its score: what happens at a time that the caller passes in. No network I/O.

use std::collections::{BTreeMap, HashMap};

use super::options::{Length, Policy, TortureOptions};
use super::plan::{Fault, Plan, Rejections};
use super::score::{Score, count};
use super::tokens::{Answer, AnswerId, Tokens, Use};
use crate::secrets;

pub(super) struct State {
    pub(super) options: TortureOptions,
    pub(super) tokens: Tokens,
    users: BTreeMap<String, User>,
    /// Users by the authorization codes that nobody exchanged yet.
    codes: HashMap<String, String>,
    score: Score,
    /// When the first user logged in.
    began_ms: Option<i64>,
    is_over: bool,
}

struct User {
    plan: Plan,
    rejections: Rejections,
    /// The family of the last login.
    family: Option<usize>,
    last_fault: Option<Fault>,
}

/// The outcome of an API call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ApiCall {
    Accepted { user: String },
    Refused,
}

impl State {
    pub(super) fn new(options: TortureOptions) -> Self {
        let score = Score {
            policy: options.policy.name().to_owned(),
            seed: options.seed,
            users: options.users,
            ..Score::default()
        };
        let names = options.user_names().into_iter();
        let users = names.map(|name| (name.clone(), User::new(options.seed, &name))).collect();
        Self {
            options,
            tokens: Tokens::default(),
            users,
            codes: HashMap::new(),
            score,
            began_ms: None,
            is_over: false,
        }
    }

    /// Whether the round is over. From then on nothing counts.
    pub(super) fn is_over(&mut self, now_ms: i64) -> bool {
        self.is_over |= match (self.options.length, self.began_ms) {
            (Length::Milliseconds(length), Some(began_ms)) => now_ms >= began_ms + length,
            (Length::Rounds(rounds), _) => {
                self.score.refreshes >= rounds.saturating_mul(self.options.users)
            }
            (Length::Milliseconds(_), None) => false,
        };
        self.is_over
    }

    /// Logs a user in; `None` if there is no such user. A login of a user who has a session means that the client lost it.
    pub(super) fn login(&mut self, now_ms: i64, name: &str) -> Option<AnswerId> {
        let earlier = self.users.get(name)?.family;
        if let Some(family) = earlier {
            self.count_lost_session(name, family);
        }
        self.began_ms.get_or_insert(now_ms);
        self.score.logins += 1;
        let issued = self.tokens.login(now_ms, name, &self.options);
        let user = self.users.get_mut(name)?;
        user.family = Some(self.tokens.answers[issued].family);
        self.tokens.answers[issued].awaits_rejection = user.rejections.next();
        Some(issued)
    }

    /// A new authorization code of a user; `None` if there is no such user.
    pub(super) fn add_code(&mut self, name: &str) -> Option<String> {
        self.users.get(name)?;
        let code = secrets::token("tac_");
        self.codes.insert(code.clone(), name.to_owned());
        Some(code)
    }

    /// The user of an authorization code, which works once.
    pub(super) fn take_code(&mut self, code: &str) -> Option<String> {
        self.codes.remove(code)
    }

    /// Takes a request at the token endpoint: returns the fault that it meets. `None` as the outer value means that nobody
    /// has this refresh token.
    pub(super) fn take_fault(
        &mut self,
        refresh_token: &str,
        reused: bool,
    ) -> Option<Option<Fault>> {
        self.score.token_requests += 1;
        let Some(family) = self.tokens.family_of(refresh_token) else {
            self.score.unknown_refresh_tokens += 1;
            return None;
        };
        self.note_refresh_token(family, refresh_token);
        let name = &self.tokens.families[family].user;
        let user = self.users.get_mut(name)?;
        let is_left_out = |fault: Fault| {
            (fault == Fault::StaleConnection && !reused)
                || self.options.without.iter().any(|name| name == fault.name())
        };
        let fault = user.plan.next().filter(|fault| !is_left_out(*fault));
        if let Some(fault) = fault {
            user.last_fault = Some(fault);
            count(&mut self.score.faults, fault.name());
        }
        Some(fault)
    }

    /// Carries out a refresh.
    pub(super) fn refresh(&mut self, now_ms: i64, sent: &str, fault: Option<Fault>) -> Use {
        let used = self.tokens.refresh(now_ms, sent, fault, &self.options);
        match used {
            Use::Refreshed(answer) => {
                self.score.refreshes += 1;
                let family = self.tokens.answers[answer].family;
                let user = self.users.get_mut(&self.tokens.families[family].user);
                self.tokens.answers[answer].awaits_rejection =
                    user.is_some_and(|user| user.rejections.next());
            }
            Use::Repeated(_) => self.score.repeats_in_grace += 1,
            Use::Reused => self.score.double_spendings += 1,
            Use::Refused => {}
        }
        used
    }

    /// Notes that the client has all of an answer.
    pub(super) fn note_delivery(&mut self, now_ms: i64, answer: AnswerId) {
        self.tokens.answers[answer].delivered_ms.get_or_insert(now_ms);
    }

    /// Takes an API call.
    pub(super) fn call(&mut self, now_ms: i64, access_token: &str) -> ApiCall {
        self.score.api_calls += 1;
        let Some(id) = self.tokens.answer_of(access_token) else { return ApiCall::Refused };
        self.score.dead_tokens += u32::from(self.is_dead(now_ms, id));
        let is_active = self.tokens.is_active(now_ms, id, self.options.policy);
        let answer = &mut self.tokens.answers[id];
        answer.is_used = true;
        if !is_active || std::mem::take(&mut answer.awaits_rejection) {
            return ApiCall::Refused;
        }
        ApiCall::Accepted { user: self.tokens.families[answer.family].user.clone() }
    }

    /// The user and the expiry of an access token that the platform accepts.
    pub(super) fn introspect(&self, now_ms: i64, access_token: &str) -> Option<(&str, i64)> {
        let id = self.tokens.answer_of(access_token)?;
        let answer = &self.tokens.answers[id];
        let is_active = self.tokens.is_active(now_ms, id, self.options.policy);
        is_active.then(|| (self.tokens.families[answer.family].user.as_str(), answer.expires_ms))
    }

    /// The score up to now.
    pub(super) fn score(&mut self, now_ms: i64) -> Score {
        let mut score = Score { over: self.is_over(now_ms), ..self.score.clone() };
        let is_thrown_away = |it: &&Answer| it.is_passed_over && !it.is_used;
        for answer in self.tokens.answers.iter().filter(is_thrown_away) {
            score.answers_thrown_away += 1;
            count(&mut score.thrown_away_by, answer.fault.map_or("none", Fault::name));
        }
        let refreshes = f64::from(score.refreshes.max(1));
        score.requests_per_token =
            (f64::from(score.token_requests) / refreshes * 100.0).round() / 100.0;
        score
    }

    /// Notes which answer a refresh token shows that the client knows, or does not use.
    fn note_refresh_token(&mut self, family: usize, sent: &str) {
        if let Some(newest) = self.tokens.newest(family) {
            if newest.refresh_token == sent && newest.is_rotated {
                newest.is_used = true;
            } else if newest.delivered_ms.is_some() {
                newest.is_passed_over = true;
            }
        }
    }

    fn count_lost_session(&mut self, name: &str, family: usize) {
        let is_strict = self.options.policy == Policy::Strict;
        let Some(newest) = self.tokens.newest(family) else { return };
        newest.is_passed_over |= newest.delivered_ms.is_some();
        // The refresh token before it is used up, and the client never saw the new one.
        if is_strict && newest.is_lost && newest.delivered_ms.is_none() {
            self.score.lost_sessions_unavoidable += 1;
            return;
        }
        self.score.lost_sessions_avoidable += 1;
        let last_fault = self.users.get(name).and_then(|user| user.last_fault);
        count(&mut self.score.avoidable_after, last_fault.map_or("none", Fault::name));
    }

    /// Whether the client could have known for a while that this access token does not work any more.
    fn is_dead(&self, now_ms: i64, id: AnswerId) -> bool {
        let answer = &self.tokens.answers[id];
        let knows_the_expiry = answer.fault.is_none_or(Fault::tells_the_expiry);
        let expired = knows_the_expiry && now_ms > answer.expires_ms + TOLERANCE_MS;
        let successor = self.tokens.successor(id, self.options.policy);
        let replaced = successor.and_then(|it| self.tokens.answers[it].delivered_ms);
        expired || replaced.is_some_and(|at_ms| now_ms > at_ms + TOLERANCE_MS)
    }
}

impl User {
    fn new(seed: u64, name: &str) -> Self {
        Self {
            plan: Plan::new(seed, name),
            rejections: Rejections::new(seed, name),
            family: None,
            last_fault: None,
        }
    }
}

/// The time that a token may take on its way from the client's library to the API.
const TOLERANCE_MS: i64 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "user-01";

    fn state(policy: Policy) -> State {
        State::new(TortureOptions { policy, ..TortureOptions::default() })
    }

    fn refresh_token(state: &State, answer: AnswerId) -> String {
        state.tokens.answers[answer].refresh_token.clone()
    }

    fn refreshed(state: &mut State, now_ms: i64, sent: &str, fault: Option<Fault>) -> AnswerId {
        match state.refresh(now_ms, sent, fault) {
            Use::Refreshed(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_session_whose_answer_was_lost_is_unavoidable_only_without_a_grace_period() {
        for (policy, unavoidable) in [(Policy::Strict, 1), (Policy::Grace, 0), (Policy::Static, 0)]
        {
            let mut state = state(policy);
            let first = state.login(0, USER).unwrap();
            let sent = refresh_token(&state, first);
            refreshed(&mut state, 1, &sent, Some(Fault::ClosedAfter));
            state.login(2, USER).unwrap();
            let score = state.score(3);
            assert_eq!(score.lost_sessions_unavoidable, unavoidable, "{policy:?}");
            assert_eq!(score.lost_sessions_avoidable, 1 - unavoidable, "{policy:?}");
        }
    }

    #[test]
    fn a_session_that_was_given_up_with_a_good_refresh_token_is_avoidable() {
        let mut state = state(Policy::Strict);
        state.login(0, USER).unwrap();
        state.login(1, USER).unwrap();
        assert_eq!(state.score(2).lost_sessions_avoidable, 1);
    }

    #[test]
    fn an_answer_is_thrown_away_when_the_old_refresh_token_comes_after_it() {
        let mut state = state(Policy::Strict);
        let first = state.login(0, USER).unwrap();
        let sent = refresh_token(&state, first);
        let second = refreshed(&mut state, 1, &sent, None);
        state.note_delivery(1, second);
        state.take_fault(&sent, false);
        assert_eq!(state.score(2).answers_thrown_away, 1);
        let access_token = state.tokens.answers[second].access_token.clone();
        state.call(2, &access_token);
        assert_eq!(state.score(3).answers_thrown_away, 0);
    }

    #[test]
    fn a_token_is_dead_when_its_successor_was_delivered_a_while_ago() {
        let mut state = state(Policy::Strict);
        let first = state.login(0, USER).unwrap();
        let old = state.tokens.answers[first].access_token.clone();
        let sent = refresh_token(&state, first);
        let second = refreshed(&mut state, 10, &sent, None);
        state.call(700, &old);
        assert_eq!(state.score(700).dead_tokens, 0, "the client has no successor yet");
        state.note_delivery(700, second);
        state.call(1_200, &old);
        assert_eq!(state.score(1_200).dead_tokens, 0);
        assert_eq!(state.call(1_201, &old), ApiCall::Refused);
        assert_eq!(state.score(1_201).dead_tokens, 1);
    }

    #[test]
    fn a_token_whose_expiry_nobody_told_is_not_dead() {
        let mut state = state(Policy::Strict);
        let first = state.login(0, USER).unwrap();
        let sent = refresh_token(&state, first);
        let second = refreshed(&mut state, 0, &sent, Some(Fault::ExpiresInWord));
        let access_token = state.tokens.answers[second].access_token.clone();
        state.call(10_000, &access_token);
        assert_eq!(state.score(10_000).dead_tokens, 0);
    }

    #[test]
    fn a_stale_connection_needs_a_connection() {
        let mut state = state(Policy::Strict);
        let first = state.login(0, USER).unwrap();
        let sent = refresh_token(&state, first);
        for _ in 0..200 {
            assert_ne!(state.take_fault(&sent, false).unwrap(), Some(Fault::StaleConnection));
        }
        assert!(
            (0..200)
                .any(|_| state.take_fault(&sent, true).unwrap() == Some(Fault::StaleConnection))
        );
    }
}
