//! Courier files at the desk: what they carry is handed to the server, and the receipts go back in a file.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::pull::block;
use baqylau_protocol::courier::Courier;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::Receipt;
use minicbor::bytes::ByteVec;

/// What became of a courier file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Objects that the server has, now or since before.
    pub stored: usize,
    /// Objects that it refused, with its reasons.
    pub refused: Vec<String>,
    /// A courier file with the receipts and the bundle, to be carried back.
    pub back: Vec<u8>,
}

impl Desk {
    /// Hands what a courier brought to the server. Doing it again changes nothing.
    ///
    /// # Errors
    /// It is no courier file of this mission, or the server does not answer.
    pub fn deliver(&self, file: &[u8], progress: &dyn Fn(usize)) -> Result<Delivered, DeskError> {
        let courier = Courier::decode(file, self.mission()).map_err(|e| DeskError::Unknown(e.to_string()))?;
        let mut receipts: Vec<(Hash, Receipt)> = Vec::new();
        let mut delivered = Delivered::default();
        let link = self.link()?;
        for (at, object) in courier.objects.into_iter().enumerate() {
            let hash = Hash::of(&object);
            match block(async { link.log(object.into()).await }) {
                Ok(receipt) => {
                    let receipt = Receipt::from_bytes(&receipt).map_err(|e| DeskError::Log(e.to_string()))?;
                    receipts.push((hash, receipt));
                    delivered.stored += 1;
                }
                Err(DeskError::Refused { reason, .. }) => delivered.refused.push(reason),
                Err(e) => return Err(e),
            }
            progress(at + 1);
        }
        delivered.back = self.courier(receipts)?;
        Ok(delivered)
    }

    /// A courier file with the bundle, and receipts if there are any: for phones that have no network.
    ///
    /// # Errors
    /// No bundle was built.
    pub fn courier(&self, receipts: Vec<(Hash, Receipt)>) -> Result<Vec<u8>, DeskError> {
        let published = crate::folder::published(&self.folder)?;
        let (manifest, parts): (ByteVec, Vec<ByteVec>) =
            minicbor::decode(&published).map_err(|e| DeskError::file(self.folder.join("publish/bundle.cbor"), e))?;
        let (v, mission) = (baqylau_protocol::VERSION, self.mission());
        Ok(Courier { v, mission, objects: Vec::new(), receipts, bundle: Some((manifest, parts)) }.encode())
    }
}
