//! The commands that are interrupted, each from where the one before ended.

/// What is done before a command that is interrupted.
pub enum Step {
    /// A command that must succeed.
    Run(&'static str),
    /// Pages of a database are damaged: in the middle of its file.
    Damage(&'static str),
    /// A command is killed at its first call of this name.
    Kill(&'static str, &'static str),
}

/// A command that is interrupted.
pub struct Interrupted {
    pub name: &'static str,
    pub before: &'static [Step],
    pub words: &'static str,
    /// What it prints when everything that it was told is done: what was acknowledged.
    pub done: &'static str,
    /// What shows whether it was done, where it would do the same twice: a command, and what it says then.
    pub shown: Option<(&'static str, &'static str)>,
    /// What it answers when it is told the same again, having done it without having said so.
    pub was_done: &'static str,
    /// What makes it show in reports and figures.
    pub after: &'static [&'static str],
}

/// The server is interrupted, while these talk to it.
pub const SERVE: &str = "serve";
pub const CLIENTS: [&str; 3] =
    ["observe sync --store phone", "observe sync --store other", "desk pull --folder mission"];

const NEVER: &str = "\0";
const FILL: &str = "observe fill --store phone --visit L01-01 --checklist centre --answers answers.json --draft";
const ATTACH: &str = "observe fill --store phone --visit L01-01 --checklist centre --answers photo.json --draft";
const SIGN: &str =
    "observe fill --store phone --visit L01-01 --checklist centre --answers none.json --incomplete untold";
const OTHER: &str =
    "observe fill --store other --place z002 --checklist centre --answers other.json --incomplete untold";
const THIRD: &str =
    "observe fill --store other --place z003 --checklist centre --answers other.json --incomplete untold";

pub const COMMANDS: &[Interrupted] = &[
    Interrupted {
        name: "enrol",
        before: &[],
        words: "observe enrol --store phone --invite invites/w01.txt",
        done: "(bundle 1)",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "fill",
        before: &[
            Step::Run("desk pull --folder mission"),
            Step::Run("observe fill --store phone --place z001 --checklist centre --answers opened.json --draft"),
        ],
        words: FILL,
        done: "draft of",
        shown: None,
        was_done: NEVER,
        after: &[SIGN],
    },
    Interrupted {
        name: "attach",
        before: &[],
        words: ATTACH,
        done: "draft of",
        shown: None,
        was_done: NEVER,
        after: &[SIGN],
    },
    Interrupted {
        name: "sign",
        before: &[],
        words: SIGN,
        done: "signed:",
        shown: None,
        was_done: "signed for this visit already",
        after: &[],
    },
    Interrupted {
        name: "export",
        before: &[],
        words: "observe export --store phone out.cbor --attachments out",
        done: "bytes for a courier",
        shown: None,
        was_done: NEVER,
        after: &["observe import --store other out.cbor --attachments out"],
    },
    Interrupted {
        name: "import",
        before: &[Step::Run(OTHER), Step::Run("observe export --store other in.cbor --attachments in")],
        words: "observe import --store phone in.cbor --attachments in",
        done: "is carried on",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "sync",
        before: &[],
        words: "observe sync --store phone",
        done: "delivered, 0 refused",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "pull",
        before: &[],
        words: "desk pull --folder mission",
        done: "0 not verifiable",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "deliver",
        before: &[Step::Run(THIRD), Step::Run("observe export --store other in2.cbor --attachments in2")],
        words: "desk deliver --folder mission in2.cbor --attachments in2 --back back.cbor",
        done: "receipts and bundle in",
        shown: None,
        was_done: NEVER,
        after: &["observe import --store other back.cbor"],
    },
    Interrupted {
        name: "letter",
        before: &[],
        words: "desk message --folder mission Stay.",
        done: "signed;",
        shown: Some(("desk letters --folder mission", "Stay.")),
        was_done: NEVER,
        after: &["desk pull --folder mission"],
    },
    Interrupted {
        name: "publish",
        before: &[],
        words: "mission publish --folder mission --renew 5",
        done: "published to",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "pin",
        before: &[],
        words: "observe pin --store phone --new-file pin",
        done: "the PIN was changed",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: SERVE,
        before: &[Step::Run(OTHER_AGAIN), Step::Run(PHONE_AGAIN)],
        words: "",
        done: NEVER,
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "salvage",
        before: &[Step::Damage("phone/main.db")],
        words: "observe salvage --store phone",
        done: "rows were taken over",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "salvage of salvage",
        before: &[Step::Damage("phone/main.db"), Step::Kill("observe salvage --store phone", "rename")],
        words: "observe salvage --store phone",
        done: "rows were taken over",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
    Interrupted {
        name: "desk salvage",
        before: &[Step::Damage("mission/desk.db")],
        words: "desk salvage --folder mission",
        done: "objects of the log are here",
        shown: None,
        was_done: NEVER,
        after: &[],
    },
];

const OTHER_AGAIN: &str =
    "observe fill --store other --place z004 --checklist centre --answers other.json --incomplete untold";
const PHONE_AGAIN: &str =
    "observe fill --store phone --place z005 --checklist centre --answers other.json --incomplete untold";
