//! Every backend passes one suite.

use baqylau_server::storage::{sqlite::Sqlite, suite};

#[test]
fn sqlite_passes_the_suite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    suite::run(&|| Box::new(Sqlite::open(&path).expect("opens")));
}
