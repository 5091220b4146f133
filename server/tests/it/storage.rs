//! Every backend passes one suite.

use baqylau_server::storage::{sqlite::SqliteStorage, suite};

#[test]
fn sqlite_passes_the_suite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.db");
    suite::run(&|| Box::new(SqliteStorage::open(&path).expect("opens")));
}
