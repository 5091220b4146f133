//! How invites leave the desk: whoever reads one may enrol in a person's name, so that no file of them lies about unasked.

use crate::common::{CommandResult, save, told};
use crate::terminal;
use baqylau_desk::people::NewInvite;
use clap::Args;
use std::path::PathBuf;

/// Where the texts of invites go.
#[derive(Args)]
pub struct Handing {
    /// Write each text into a file of this folder, as `p001.txt`. Whoever reads one can enrol in that person's name: delete it when the
    /// phone has it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Show each as a QR code for the phone's camera.
    #[arg(long, conflicts_with = "out")]
    qr: bool,
}

impl Handing {
    /// Writes, shows or prints them. Of several, none is printed unless that was asked for.
    pub fn hand(&self, invites: &[NewInvite]) -> CommandResult {
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder).map_err(|e| told(folder, &e))?;
            for invite in invites {
                save(&folder.join(format!("{}.txt", invite.person.code)), invite.text.as_bytes())?;
            }
            println!("{} invites in {}", invites.len(), folder.display());
            eprint!(
                "whoever reads one of these files can enrol in that person's name: delete each when the phone has it\n"
            );
        } else if self.qr {
            for NewInvite { person, text } in invites {
                let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::L)?;
                let picture = code.render::<qrcode::render::unicode::Dense1x2>().build();
                println!("{} {}", person.code, person.name);
                terminal::raw(&format!("{picture}\n"));
            }
        } else if let [NewInvite { text, .. }] = invites {
            println!("{text}");
        } else {
            println!(
                "{} invites are kept at the desk; `--again` with a person's code prints one, with `--qr` or `--out DIR` shows or writes them",
                invites.len()
            );
        }
        Ok(true)
    }
}
