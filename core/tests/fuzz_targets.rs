//! The fuzz targets, over their seeds and as many mutations of them as take seconds.
//!
//! `make fuzz` runs the same targets under libFuzzer, for as long as one likes.

use std::{fs, path::PathBuf};

#[path = "../../fuzz/targets/mod.rs"]
mod targets;

#[test]
fn every_target_has_seeds_and_every_seed_a_target() {
    let mut folders: Vec<_> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, targets::TARGETS.map(|(name, _)| name));
}

macro_rules! tests {
    ($($name:ident $test:ident)+) => {
        $(#[test]
        fn $test() {
            run(stringify!($name));
        })+
    };
}

tests! {
    callbacks no_callback_breaks_a_promise
    descriptors no_descriptor_breaks_a_promise
    forms no_form_breaks_a_promise
    keys no_key_breaks_a_promise
    links no_link_header_breaks_a_promise
    paths no_path_breaks_a_promise
    records no_record_breaks_a_promise
    replies no_reply_breaks_a_promise
    times no_time_breaks_a_promise
    webhooks no_webhook_breaks_a_promise
}

/// Each seed, then the same mutations of it on every run. A failure prints the bytes.
fn run(name: &str) {
    let (_, target) = targets::TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let mut random = Random(1);
    for seed in &seeds {
        attempt(*target, seed);
        for _ in 0..MUTATIONS {
            let other = &seeds[random.below(seeds.len())];
            attempt(*target, &mutated(seed, other, &mut random));
        }
    }
}

fn attempt(target: targets::Target, input: &[u8]) {
    let failed = std::panic::catch_unwind(|| target(input));
    assert!(failed.is_ok(), "the target failed with {}", input.escape_ascii());
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        fs::read_dir(folder(name)).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name)
}

/// One to four changes: a bit, a byte, a part that is lost, doubled, or taken from another seed.
fn mutated(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = at + random.below((bytes.len() - at).min(LONGEST_PART) + 1);
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => bytes.insert(at, STRANGE[random.below(STRANGE.len())]),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            4 => bytes.truncate(at),
            _ => {
                let from = random.below(other.len() + 1);
                let part = &other[from..(from + LONGEST_PART).min(other.len())];
                bytes.splice(at..end, part.iter().copied());
            }
        }
    }
    bytes
}

/// xorshift64*: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end.max(1) as u64)
            .unwrap()
    }
}

const MUTATIONS: usize = 100;
const LONGEST_PART: usize = 64;
/// Bytes that mean something to one of the parsers, or to none.
const STRANGE: &[u8] = b"\0\x01\t\n\r \"%&'+,-./09:;<=>?@[\\]_{}\x7f\x80\xc3\xff";
