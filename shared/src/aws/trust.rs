//! Whose certificates are believed to be AWS's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The authorities that AWS's endpoints chain to; the file says where they are published. A handful is
/// parsed in a fraction of the time that the 140 of a computer's own list take, in every cold start.
const AWS_ROOTS: &[u8] = include_bytes!("../../data/aws_roots.pem");

/// Why a file of certificates is not usable.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("the certificates of AWS_CA_BUNDLE cannot be read from {0:?}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It holds no authority's certificate.
    #[error("{0:?}, which AWS_CA_BUNDLE names, holds no certificate in PEM")]
    Empty(PathBuf),
}

/// Those of AWS's own endpoints.
pub(super) fn aws() -> RootCertStore {
    of_pem(AWS_ROOTS)
}

/// Those of a file in PEM. What in it cannot be an authority is passed over, for lists of whole systems
/// have such.
pub(super) fn of_file(file: &Path) -> Result<RootCertStore, TrustError> {
    let text = std::fs::read(file).map_err(|error| TrustError::Unreadable(file.to_owned(), error))?;
    let roots = of_pem(&text);
    if roots.is_empty() { Err(TrustError::Empty(file.to_owned())) } else { Ok(roots) }
}

/// Those of a text in PEM.
pub(super) fn of_pem(pem: &[u8]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok));
    roots
}

/// TLS 1.2 and 1.3 by ring.
pub(super) fn tls(roots: RootCertStore) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has what TLS 1.2 and 1.3 need");
    builder.with_root_certificates(roots).with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use sha2::{Digest, Sha256};

    use super::*;

    /// SHA-256 of each certificate, as its owner publishes it (see the file).
    const FINGERPRINTS: [(&str, &str); 7] = [
        ("Amazon Root CA 1", "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e"),
        ("Amazon Root CA 2", "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4"),
        ("Amazon Root CA 3", "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4"),
        ("Amazon Root CA 4", "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092"),
        (
            "Starfield Services Root Certificate Authority - G2",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ),
        ("DigiCert Global Root G2", "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f"),
        ("DigiCert Global Root G3", "31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0"),
    ];

    #[test]
    fn each_embedded_certificate_is_the_one_its_owner_publishes() {
        let file = std::str::from_utf8(AWS_ROOTS).unwrap();
        let mut found = Vec::new();
        for block in file.split("-----END CERTIFICATE-----\n").filter(|block| !block.trim().is_empty()) {
            let (above, body) = block.split_once("-----BEGIN CERTIFICATE-----\n").unwrap();
            let der = BASE64.decode(body.replace('\n', "").as_bytes()).unwrap();
            let name = above.trim_end().lines().next_back().unwrap().to_owned();
            found.push((name, HEXLOWER.encode(&Sha256::digest(&der))));
        }
        let published = FINGERPRINTS.map(|(name, print)| (name.to_owned(), print.to_owned()));
        assert_eq!(found, published);
        assert_eq!(aws().len(), FINGERPRINTS.len());
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(matches!(of_file(&own.join("Cargo.toml")), Err(TrustError::Empty(_))));
        assert!(matches!(of_file(&own.join("no such file")), Err(TrustError::Unreadable(..))));
        assert_eq!(of_file(&own.join("data/aws_roots.pem")).unwrap().len(), aws().len());
    }
}
