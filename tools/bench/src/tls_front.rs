//! TLS in front of the stand-ins for AWS, which speak none themselves, so that a function's connections
//! cost what they cost on AWS.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring as provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::error::BenchError;

/// The authorities that the functions trust on AWS. They are told to trust these besides ours, since each
/// costs time to read at a cold start.
const AWS_ROOTS: &str = include_str!("../../../shared/data/aws_roots.pem");

/// The front, from its start until it is dropped.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    bundle: PathBuf,
    /// Kept for as long as the bundle is of use.
    _folder: TempDir,
    server: JoinHandle<()>,
}

impl TlsFront {
    /// Listens on loopback, and passes on to that address what comes by TLS.
    ///
    /// The certificate is fresh, for `localhost`, of an authority that is fresh as well. It is of P-256,
    /// while AWS's are of RSA: to check one costs a few hundredths of a millisecond in either.
    pub async fn before(backend: SocketAddr) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir()?;
        let bundle = folder.path().join("authorities.pem");
        let config = certified(&bundle)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), backend));
        Ok(Self { address, bundle, _folder: folder, server })
    }

    /// What `AWS_ENDPOINT_URL` has to be.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The file with the authorities to trust, in PEM.
    #[must_use]
    pub fn bundle(&self) -> &Path {
        &self.bundle
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Makes a certificate, and writes down whom to trust for it.
fn certified(bundle: &Path) -> Result<ServerConfig, BenchError> {
    let issuer = authority()?;
    fs::write(bundle, format!("{AWS_ROOTS}\n{}", issuer.pem()))?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone(), issuer.der().clone()], key)?;
    Ok(config)
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Tigertally benchmarks");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, backend: SocketAddr) {
    // The socket listens on loopback until the task is aborted.
    while let Ok((connection, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        // A handshake or a line that breaks is the client's to complain about.
        tokio::spawn(async move { _ = pass(connection, &acceptor, backend).await });
    }
}

async fn pass(connection: TcpStream, acceptor: &TlsAcceptor, backend: SocketAddr) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut outside = acceptor.accept(connection).await?;
    let mut inside = TcpStream::connect(backend).await?;
    inside.set_nodelay(true)?;
    copy_bidirectional(&mut outside, &mut inside).await?;
    Ok(())
}
