//! The mission's own TLS authority, and the addresses of its servers.

use super::keys;
use crate::error::DeskError;
use std::path::Path;

/// The certificate and the key of a server, in its folder: what it begins with, and what takes their place.
pub(super) const FIRST: [&str; 2] = ["server/tls.pem", "server/tls-key.pem"];
pub(super) const NEXT: [&str; 2] = ["server/tls-next.pem", "server/tls-next-key.pem"];

/// A TLS authority of the mission's own and a server's certificate. Gives the root, DER.
pub(super) fn authority(
    folder: &Path,
    servers: &[String],
    passphrase: &str,
    [chain, own]: [&str; 2],
) -> Result<Vec<u8>, DeskError> {
    let tls = |e: rcgen::Error| DeskError::making("server/tls.pem", e);
    let key = rcgen::KeyPair::generate().map_err(tls)?;
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Baqylau mission");
    let root = params.self_signed(&key).map_err(tls)?;
    let issuer = rcgen::Issuer::new(params, &key);
    let server_key = rcgen::KeyPair::generate().map_err(tls)?;
    let hosts: Vec<String> = servers.iter().map(|s| host(s)).collect();
    let server = rcgen::CertificateParams::new(hosts).map_err(tls)?.signed_by(&server_key, &issuer).map_err(tls)?;
    keys::write(&folder.join("keys/tls.key"), passphrase, &key.serialize_pem())?;
    keys::write_private(&folder.join(chain), (server.pem() + &root.pem()).as_bytes())?;
    keys::write_private(&folder.join(own), server_key.serialize_pem().as_bytes())?;
    Ok(root.der().to_vec())
}

/// Whether phones can go to an address: HTTPS, or plain HTTP on this machine, for benchmarks.
pub(super) fn address(server: &str) -> Result<(), DeskError> {
    let fault = || DeskError::BadAddress { server: server.to_owned() };
    let url = baqylau_http::reqwest::Url::parse(server).map_err(|_| fault())?;
    let host = url.host_str().ok_or_else(fault)?;
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    if url.scheme() == "https" || (url.scheme() == "http" && local) { Ok(()) } else { Err(fault()) }
}

/// The host of `https://host:port/`.
fn host(server: &str) -> String {
    let rest = server.split_once("://").map_or(server, |(_, r)| r);
    let rest = rest.split('/').next().unwrap_or(rest);
    if let Some(six) = rest.strip_prefix('[') {
        return six.split(']').next().unwrap_or(six).to_owned();
    }
    rest.rsplit_once(':').map_or(rest, |(h, _)| h).to_owned()
}
