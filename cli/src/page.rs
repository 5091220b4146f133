//! `baqylau desk page`: what the desk knows, in a browser on this machine.

use crate::common::{CommandError, CommandResult, now};
use crate::serve::stop_signal;
use baqylau_desk::Desk;
use baqylau_page::{PageOptions, start};
use std::time::Duration;

/// Serves the page of a store that is opened twice, until Ctrl-C.
pub fn serve(open: impl Fn() -> Result<Desk, CommandError>, port: u16, every: Duration) -> CommandResult {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = start(open()?, open()?, PageOptions { port, every, now }).await?;
        println!("Open this address; it is good once, in one browser on this machine. Ctrl-C ends it.");
        println!("{}", running.address);
        stop_signal().await?;
        running.stop();
        Ok(true)
    })
}
