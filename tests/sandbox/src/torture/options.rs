//! The options of a round.

use std::str::FromStr;

use super::plan::Fault;

/// The platform's rule for a refresh token that was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// A refresh token works once. Its second use revokes the whole family
    /// ([RFC 9700, section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    #[default]
    Strict,
    /// As `Strict`, but for a grace period a used refresh token returns the same new tokens again.
    Grace,
    /// A refresh token is not used up.
    Static,
}

impl Policy {
    /// The name on the command line and in the score.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Grace => "grace",
            Self::Static => "static",
        }
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Strict, Self::Grace, Self::Static];
        all.into_iter()
            .find(|policy| policy.name() == name)
            .ok_or_else(|| format!("there is no policy {name}; it is strict, grace or static"))
    }
}

/// The end of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many refreshes for each user, on average.
    Rounds(u32),
    /// So many milliseconds after the first login, by the sandbox's clock.
    Milliseconds(i64),
}

/// The options of a round.
#[derive(Clone, Debug)]
pub struct TortureOptions {
    /// The same seed gives each user the same faults. Default: 1.
    pub seed: u64,
    /// The number of users. Default: 8.
    pub users: u32,
    /// The end of the round. Default: 20 s.
    pub length: Length,
    /// The rule for used refresh tokens. Default: strict.
    pub policy: Policy,
    /// The lifetime of an access token, at least one second. Default: 2 s.
    pub life_ms: i64,
    /// The grace period of [`Policy::Grace`]. Default: 5 s.
    pub grace_ms: i64,
    /// The delay of a slow answer, in real time. Default: 3 s.
    pub slow_ms: u64,
    /// The token endpoint refuses connections once after so many requests; 0 is never. Default: 40.
    pub outage_every: u32,
    /// The length of such an outage, in real time. Default: 400 ms.
    pub outage_ms: u64,
    /// The names of faults that are left out; the others stay at their places in the plan. Default: none.
    pub without: Vec<String>,
}

impl Default for TortureOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            users: 8,
            length: Length::Milliseconds(20_000),
            policy: Policy::default(),
            life_ms: 2_000,
            grace_ms: 5_000,
            slow_ms: 3_000,
            outage_every: 40,
            outage_ms: 400,
            without: Vec::new(),
        }
    }
}

impl TortureOptions {
    /// An error if a value makes no sense.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.users == 0 || self.users > MAX_USERS {
            return Err(format!("the number of users is between 1 and {MAX_USERS}"));
        }
        if self.life_ms < 1_000 {
            return Err(
                "access tokens live at least 1000 ms: expires_in is in whole seconds".into()
            );
        }
        if self.grace_ms < 0 {
            return Err("the grace period is negative".into());
        }
        let is_known = |name: &&String| Fault::ALL.iter().any(|fault| fault.name() == **name);
        if let Some(name) = self.without.iter().find(|name| !is_known(name)) {
            return Err(format!("there is no fault {name}"));
        }
        match self.length {
            Length::Rounds(0) | Length::Milliseconds(..=0) => Err("the round has no length".into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn user_names(&self) -> Vec<String> {
        (1..=self.users).map(|number| format!("user-{number:02}")).collect()
    }
}

const MAX_USERS: u32 = 1_000;
