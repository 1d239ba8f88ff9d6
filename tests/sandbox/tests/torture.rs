//! The torture of refreshing clients: three small clients play a round each, and the score tells them apart.
//!
//! Time is the sandbox's frozen clock, which the clients move.

#[path = "torture/client.rs"]
mod client;

use std::process::Command;

use appmint_sandbox::{Clock, Length, Policy, Score, Torture, TortureOptions};
use client::{Behaviour, play};

const NOW_MS: i64 = 1_683_399_760_758;

fn options(policy: Policy) -> TortureOptions {
    TortureOptions {
        policy,
        users: 3,
        length: Length::Rounds(60),
        slow_ms: 5,
        outage_every: 0,
        ..TortureOptions::default()
    }
}

fn score(options: TortureOptions, behaviour: Behaviour) -> Score {
    let clock = Clock::frozen(NOW_MS);
    let torture = Torture::start(options, clock.clone()).unwrap();
    play(&torture, &clock, behaviour);
    torture.score()
}

/// The answers that the platform lost after it had done its work.
fn lost_answers(score: &Score) -> u32 {
    let names = ["closed_after_work", "truncated", "502_after_work", "503_after_work"];
    names.iter().filter_map(|name| score.faults.get(*name)).sum()
}

#[test]
fn a_perfect_client_loses_what_the_platform_lost_and_nothing_else() {
    let score = score(options(Policy::Strict), Behaviour::Perfect);
    assert!(score.over);
    assert_eq!(score.faults.len(), 21, "every fault came: {:?}", score.faults);
    assert_eq!(score.lost_sessions_unavoidable, lost_answers(&score));
    assert_eq!(score.lost_sessions_avoidable, 0, "{:?}", score.avoidable_after);
    assert_eq!((score.double_spendings, score.dead_tokens), (0, 0));
    assert_eq!(score.answers_thrown_away, 0, "{:?}", score.thrown_away_by);
}

#[test]
fn a_perfect_client_loses_nothing_where_a_refresh_token_may_come_again() {
    for policy in [Policy::Grace, Policy::Static] {
        let score = score(options(policy), Behaviour::Perfect);
        assert!(lost_answers(&score) > 0);
        assert_eq!(score.logins, 3, "{policy:?}: {:?}", score.avoidable_after);
        assert_eq!((score.double_spendings, score.dead_tokens), (0, 0), "{policy:?}");
    }
}

#[test]
fn a_client_that_resends_after_every_failure_spends_tokens_twice() {
    let score = score(options(Policy::Strict), Behaviour::Naive);
    assert_eq!(score.double_spendings, lost_answers(&score));
    assert!(score.double_spendings > 0);
    assert_eq!(score.lost_sessions_avoidable, 0);
}

#[test]
fn a_client_that_gives_up_after_every_failure_loses_sessions_that_it_had() {
    let score = score(options(Policy::Strict), Behaviour::Timid);
    assert_eq!(score.double_spendings, 0);
    assert_eq!(score.lost_sessions_unavoidable, lost_answers(&score));
    assert!(score.lost_sessions_avoidable > 0);
    assert!(score.avoidable_after.contains_key("429"));
}

#[test]
fn a_client_that_reads_strictly_throws_answers_away() {
    let score = score(options(Policy::Strict), Behaviour::StrictReader);
    let thrown_away: Vec<_> = score.thrown_away_by.keys().map(String::as_str).collect();
    assert_eq!(thrown_away, ["expires_in_text", "expires_in_word", "not_utf8"]);
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let faults = |seed| {
        let options = TortureOptions { seed, ..options(Policy::Strict) };
        score(options, Behaviour::Perfect).faults
    };
    assert_eq!(faults(5), faults(5));
    assert_ne!(faults(5), faults(6));
}

#[test]
fn a_fault_that_is_left_out_does_not_come() {
    let without = vec!["reset".to_owned(), "slow".to_owned()];
    let all = score(options(Policy::Static), Behaviour::Perfect).faults;
    let options = TortureOptions { without, ..options(Policy::Static) };
    let fewer = score(options, Behaviour::Perfect).faults;
    assert_eq!((all.len(), fewer.len()), (21, 19));
    assert!(!fewer.contains_key("reset") && !fewer.contains_key("slow"));
}

#[test]
fn an_outage_costs_a_perfect_client_nothing() {
    let options = TortureOptions { outage_every: 9, outage_ms: 5, ..options(Policy::Strict) };
    let score = score(options, Behaviour::Perfect);
    assert_eq!((score.double_spendings, score.lost_sessions_avoidable), (0, 0));
}

#[test]
fn the_round_is_over_after_its_time() {
    let clock = Clock::frozen(NOW_MS);
    let options = TortureOptions { length: Length::Milliseconds(1_000), ..options(Policy::Strict) };
    let torture = Torture::start(options, clock.clone()).unwrap();
    let mut client = client::Client::new(&torture, &clock, Behaviour::Perfect);
    clock.advance_ms(5_000);
    assert!(!torture.is_over(), "it begins with the first login");
    assert!(client.login("user-01"));
    clock.advance_ms(999);
    assert!(!torture.is_over());
    clock.advance_ms(1);
    assert!(torture.is_over());
    assert!(!client.login("user-01"), "410");
    assert_eq!(torture.score().logins, 1);
}

#[test]
fn an_authorization_code_is_a_login_once() {
    let clock = Clock::frozen(NOW_MS);
    let torture = Torture::start(options(Policy::Strict), clock.clone()).unwrap();
    let client = client::Client::new(&torture, &clock, Behaviour::Perfect);
    let code = client.code("user-01");
    assert_eq!(torture.score().logins, 0);
    assert_eq!(client.exchange(&code), 200);
    assert_eq!(client.exchange(&code), 400);
    assert_eq!(torture.score().logins, 1);
}

#[test]
fn the_program_refuses_options_that_make_no_sense() {
    for (arguments, message) in [
        (vec!["--torture", "sleep"], "there is no torture sleep; it is refresh"),
        (vec!["--seed", "1"], "--seed comes after --torture refresh"),
        (vec!["--torture", "refresh", "--https"], "--torture does not take --https"),
        (vec!["--score-file", "x"], "--score-file needs --torture"),
        (vec!["--torture", "refresh", "--policy", "lax"], "there is no policy lax"),
        (vec!["--torture", "refresh", "--users", "0"], "the number of users is between 1 and 1000"),
        (vec!["--torture", "refresh", "--without", "rain"], "there is no fault rain"),
        (vec!["--torture", "refresh", "--seconds", "0"], "the round has no length"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_appmint-sandbox")).args(arguments).output();
        let run = run.unwrap();
        let text = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && text.contains(message), "{text}");
    }
}
