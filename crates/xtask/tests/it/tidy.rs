//! What each check finds, and what it must leave alone.

use insta::assert_snapshot;
use xtask::Tree;

use crate::found;

fn manifest(dependencies: &str) -> String {
    format!("[package]\nname = \"x\"\n\n{dependencies}")
}

#[test]
fn a_refused_dependency_is_found_directly_and_by_way_of_a_crate_of_ours() {
    assert_snapshot!(
        found(&[
            ("crates/planner/Cargo.toml", &manifest("[dependencies]\nmodel.workspace = true\nhttp = \"1\"\n")),
            ("crates/model/Cargo.toml", &manifest("[dependencies.tokio]\nversion = \"1\"\n")),
        ]),
        @r"
    crates/model/Cargo.toml:1: model must not know tokio: the model is words: no IO
    crates/planner/Cargo.toml:5: planner must not know tokio (by way of model): the planner decides in pure code: no IO, no clients
    crates/planner/Cargo.toml:6: planner must not know http: the planner decides in pure code: no IO, no clients
    "
    );
}

#[test]
fn tests_may_know_more_where_that_is_said() {
    let engine = manifest(
        "[dependencies]\nstore.workspace = true\n\n[dev-dependencies]\nstore-sqlite.workspace = true\n",
    );
    let store = manifest("[dev-dependencies]\nserde = \"1\"\n");
    let tree = [
        ("crates/engine/Cargo.toml", engine.as_str()),
        ("crates/store/Cargo.toml", &store),
    ];
    assert_eq!(found(&tree), "");
    let sim = manifest("[dev-dependencies]\nintercom.workspace = true\n");
    assert_snapshot!(
        found(&[("crates/intercom-sim/Cargo.toml", &sim)]),
        @"crates/intercom-sim/Cargo.toml:5: intercom-sim must not know intercom: a simulator that shares a type with the client agrees with its mistakes"
    );
}

#[test]
fn dependencies_of_builds_and_of_one_platform_count() {
    let store = manifest(
        "[build-dependencies]\nrusqlite = \"1\"\n\n[target.'cfg(unix)'.dependencies]\nengine = \"1\"\n",
    );
    assert_snapshot!(found(&[("crates/store/Cargo.toml", &store)]), @r"
    crates/store/Cargo.toml:5: store must not know rusqlite: the ports do not know which database there is, nor the vendors
    crates/store/Cargo.toml:8: store must not know engine: the ports do not know which database there is, nor the vendors
    ");
}

#[test]
fn population_depends_on_its_hash_only() {
    let population =
        manifest("[dependencies]\nxxhash-rust = \"0.8\"\n\n[dev-dependencies]\nrand = \"0.9\"\n");
    assert_snapshot!(
        found(&[("crates/population/Cargo.toml", &population)]),
        @"crates/population/Cargo.toml:8: population may depend on xxhash-rust only; remove this"
    );
}

#[test]
fn a_banned_package_counts_when_it_is_built() {
    let lock = ("Cargo.lock", "[[package]]\nname = \"ring\"\n");
    assert_eq!(found(&[lock]), "");
    let document =
        "<!-- written by `cargo xtask rules --write`, not by hand -->\n\n\n<!-- end -->\n";
    let tree =
        Tree::of([lock, (xtask::rules::DOCUMENT, document)]).with_packages(["ring", "rustls"]);
    assert_snapshot!(
        crate::print(&tree),
        @"Cargo.lock:2: ring came in; `cargo tree --target all -e all -i ring` says how. Turn it off"
    );
}

#[test]
fn names_that_say_nothing_are_found_in_files_and_definitions() {
    assert_snapshot!(
        found(&[
            ("crates/engine/src/http_util.rs", ""),
            (
                "crates/engine/src/run.rs",
                "pub struct LinkManager;\nasync fn helper_of<T>() {}\nmod common;\nconst MISC: u8 = 1;\n\
                 fn uncommon() {}\nfn utilise() {} // fn helper\nlet manager = 1;\n",
            ),
            ("docs/util.md", ""),
        ]),
        @r#"
    crates/engine/src/http_util.rs:1: "util" names nothing; say what it is about
    crates/engine/src/run.rs:1: "manager" names nothing; say what it is about
    crates/engine/src/run.rs:2: "helper" names nothing; say what it is about
    crates/engine/src/run.rs:3: "common" names nothing; say what it is about
    crates/engine/src/run.rs:4: "misc" names nothing; say what it is about
    "#
    );
}

#[test]
fn long_files_give_a_reason_and_none_is_endless() {
    let lines = |count: usize, first: &str| format!("{first}\n{}", "//\n".repeat(count - 1));
    assert_snapshot!(
        found(&[
            ("crates/x/src/a.rs", &lines(500, "//")),
            ("crates/x/src/b.rs", &lines(501, "//")),
            ("crates/x/src/c.rs", &lines(800, "// long because: one table.")),
            ("crates/x/src/d.rs", &lines(801, "// long because: one table.")),
            ("docs/e.md", &lines(900, "")),
        ]),
        @r"
    crates/x/src/b.rs:1: 501 lines; split it where a part has a name, or begin with `// long because: `
    crates/x/src/d.rs:800: 801 lines, and no file has more than 800; split it
    "
    );
}

#[test]
fn large_files_stay_out_except_the_lock_file_and_pictures() {
    let bytes = |count: usize| "x".repeat(count);
    let (most, more) = (bytes(204_800), bytes(204_801));
    assert_snapshot!(
        found(&[("a.json", &most), ("b.json", &more), ("Cargo.lock", &more), ("docs/c.png", &more)]),
        @"b.json:1: 204801 bytes; generate it, or keep it elsewhere"
    );
}

#[test]
fn a_crate_opens_with_its_documentation_and_has_one_test_binary() {
    assert_snapshot!(
        found(&[
            ("crates/x/Cargo.toml", "[lib]\ndoctest = false\n"),
            ("crates/x/src/lib.rs", "//! What it is for.\n"),
            ("crates/x/src/main.rs", "fn main() {}\n"),
            ("crates/x/tests/it/main.rs", ""),
            ("crates/x/tests/it/more.rs", ""),
            ("crates/x/tests/more.rs", ""),
            ("crates/x/tests/more/main.rs", ""),
            ("crates/y/Cargo.toml", ""),
            ("crates/y/src/lib.rs", "mod y;\n"),
        ]),
        @r"
    crates/x/src/main.rs:1: begin with `//!`: what it is for, and what it must never know
    crates/x/tests/more.rs:1: a test binary of its own; move it below `tests/it/`
    crates/x/tests/more/main.rs:1: a second test binary; move it below `tests/it/`
    crates/y/Cargo.toml:1: a library of ours has no doctests; set `doctest = false` under `[lib]`
    crates/y/src/lib.rs:1: begin with `//!`: what it is for, and what it must never know
    "
    );
}

#[test]
fn migrations_are_numbered_without_gaps_and_the_same_in_both_stores() {
    let sqlite = |file: &str| format!("crates/store-sqlite/migrations/{file}");
    let (first, second, third) = (
        sqlite("0001_first.sql"),
        sqlite("0002_more.sql"),
        sqlite("0003_x.sql"),
    );
    let inbox = sqlite("inbox/0001_first.sql");
    let fixture = sqlite("fixtures/0007.sql");
    let good = [
        (first.as_str(), ""),
        (&second, ""),
        (&inbox, ""),
        (&fixture, ""),
    ];
    assert_eq!(found(&good), "");
    assert_snapshot!(
        found(&[(&first, ""), (&third, "")]),
        @"crates/store-sqlite/migrations/0003_x.sql:1: the next migration here begins with 0002_"
    );
    let twice = sqlite("inbox/0001_again.sql");
    assert_snapshot!(
        found(&[(&inbox, ""), (&twice, "")]),
        @"crates/store-sqlite/migrations/inbox/0001_first.sql:1: the next migration here begins with 0002_"
    );
    let postgres = second.replace("sqlite", "postgres");
    let other = postgres.replace("more", "other");
    let first_postgres = first.replace("sqlite", "postgres");
    let pair = [(first.as_str(), ""), (&second, ""), (&first_postgres, "")];
    assert_eq!(found(&[pair[0], pair[1], pair[2], (&postgres, "")]), "");
    assert_snapshot!(
        found(&[pair[0], pair[1], pair[2], (&other, "")]),
        @"crates/store-postgres/Cargo.toml:1: the migrations of both stores have the same numbers and names"
    );
}

#[test]
fn forbidden_words_are_found_and_their_likes_are_not() {
    assert_snapshot!(
        found(&[
            (
                "crates/x/src/a.rs",
                "#[ignore = \"slow\"]\n#[should_panic(expected = \"x\")]\n#[allow(dead_code)]\n#![allow(unused)]\n\
                 todo!()\nunimplemented!()\n// TODO later\n// FIXME soon\n// FIXME(#) soon\nsleep(1);\n",
            ),
            (
                "crates/x/src/b.rs",
                "// FIXME(#12): asserted as it is\nconst TODOS: u8 = MY_TODO;\n// XXXL\nstd::mem::take(x)\n\
                 not_todo!()\n// a todo list\n",
            ),
            ("docs/a.md", "XXX: see /work/main and `/root/.cargo`\nnet/work/x https://x.io/work/ ./work/ todo!\n"),
        ]),
        @r##"
    crates/x/src/a.rs:1: `#[ignore`: a test that does not run proves nothing; make it run or delete it
    crates/x/src/a.rs:2: `#[should_panic`: assert the outcome instead
    crates/x/src/a.rs:3: `#[allow(`: use `#[expect(…, reason = "…")]`, or put it right
    crates/x/src/a.rs:4: `#![allow(`: use `#![expect(…, reason = "…")]`, or put it right
    crates/x/src/a.rs:5: `todo!`: leave it out until it is written
    crates/x/src/a.rs:6: `unimplemented!`: leave it out until it is written
    crates/x/src/a.rs:7: TODO: do it, leave it out, or open an issue and write `FIXME(#12)`
    crates/x/src/a.rs:8: FIXME without an issue: write `FIXME(#12)`
    crates/x/src/a.rs:9: FIXME without an issue: write `FIXME(#12)`
    docs/a.md:1: XXX: say what is wrong, or open an issue and write `FIXME(#12)`
    docs/a.md:1: a path of somebody's machine; name the thing instead
    "##
    );
}

#[test]
fn a_test_never_sleeps_without_a_reason() {
    let sleeps = "    tokio::time::sleep(pause).await;\n// sleep( is a word here\n\
        // sleeps because: latency on the paused clock.\nsleep(second).await;\n";
    assert_snapshot!(
        found(&[
            ("crates/x/src/a.rs", sleeps),
            ("crates/x/src/a/tests.rs", sleeps),
            ("crates/x/tests/it/a.rs", sleeps),
        ]),
        @r"
    crates/x/src/a/tests.rs:1: a test waits for a level or turns the queue; where it cannot, put `// sleeps because: ` above
    crates/x/tests/it/a.rs:1: a test waits for a level or turns the queue; where it cannot, put `// sleeps because: ` above
    "
    );
}
