//! Files for a courier and from one.

use super::StoreOptions;
use crate::common::{CommandError, CommandResult, courier_file, files_in, save, save_with, told};
use crate::terminal;
use baqylau_observer::ObserverApp;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub fn export(core: &ObserverApp, file: Option<PathBuf>, frames: bool, attachments: Option<PathBuf>) -> CommandResult {
    if let Some(folder) = attachments {
        println!("{} attachments in {}", carry_out(core, &folder)?, folder.display());
    }
    let Some(file) = file else { return show(&core.courier_codes()?) };
    if frames {
        save(&file, core.courier_codes()?.join("\n").as_bytes())?;
    } else {
        save_with(&file, |out| Ok(core.export_courier_to(out)?))?;
    }
    let length = std::fs::metadata(&file).map_or(0, |m| m.len());
    println!("{length} bytes for a courier in {}", file.display());
    Ok(true)
}

pub fn import(store: &StoreOptions, file: &Path, attachments: Option<&Path>) -> CommandResult {
    let mut source = std::fs::File::open(file).map_err(|e| told(file, &e))?;
    let core = store.deliver()?;
    // Frames are put together in memory, and a pipe is read to its end; a file is read where it lies.
    let streams =
        source.metadata().is_ok_and(|m| m.is_file()) && !is_frames(&mut source).map_err(|e| told(file, &e))?;
    let report = if streams { core.import_courier_from(source)? } else { core.import_courier(&courier_file(file)?)? };
    println!(
        "{} objects are carried on, {} own reports proved delivered, {} left out",
        report.carried, report.delivered, report.refused
    );
    if report.bundle {
        println!("it brought a newer bundle");
    }
    if let Some(why) = report.bundle_refused {
        println!("the bundle in it was not taken: {why}");
    }
    for path in attachments.map(files_in).transpose()?.unwrap_or_default() {
        let mut source = std::fs::File::open(&path).map_err(|e| told(&path, &e))?;
        core.import_attachment(&mut source).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("{} is carried on", path.display());
    }
    Ok(report.refused == 0)
}

/// Whether a file holds frames, as text.
fn is_frames(file: &mut std::fs::File) -> std::io::Result<bool> {
    let mut start = Vec::new();
    file.take(8).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == b"BAQYLAUC")
}

/// Shows frames as QR codes, three a second, for a camera.
fn show(frames: &[String]) -> CommandResult {
    loop {
        for (number, frame) in frames.iter().enumerate() {
            let code = qrcode::QrCode::with_error_correction_level(frame, qrcode::EcLevel::L)?;
            let picture = code.render::<qrcode::render::unicode::Dense1x2>().build();
            terminal::raw(&format!("\x1b[2J\x1b[H{picture}\n{} of {}\n", number + 1, frames.len()));
            std::thread::sleep(Duration::from_millis(330));
        }
    }
}

/// Copies the attachments that wait into a folder.
fn carry_out(core: &ObserverApp, folder: &Path) -> Result<usize, CommandError> {
    let fault = |e: std::io::Error| told(folder, &e);
    std::fs::create_dir_all(folder).map_err(fault)?;
    let files = core.courier_attachments()?;
    for file in &files {
        let mut from = std::fs::File::open(file).map_err(fault)?;
        let place = folder.join(file.file_name().unwrap_or_default());
        save_with(&place, |out| Ok(std::io::copy(&mut from, out).map(|_| ()).map_err(fault)?))?;
    }
    Ok(files.len())
}
