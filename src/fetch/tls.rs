//! Whom a TLS connection trusts: the system's roots, compiled ones where it has none, or anybody
//! where a site file says so.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::{Cause, Error};

/// The settings of connections that take any certificate, or only those that verify.
pub(super) fn config(accept_invalid: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match Verifier::new(provider.clone()) {
        _ if accept_invalid => Arc::new(Anybody(provider.clone())),
        Ok(system) => Arc::new(system),
        Err(_) => WebPkiServerVerifier::builder_with_provider(
            Arc::new(compiled_roots()),
            provider.clone(),
        )
        .build()
        .map_err(|e| Error::Setup(Cause::of(e)))?,
    };
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::Setup(Cause::of(e)))?;
    let mut config =
        versions.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn compiled_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    roots
}

/// What a handshake that failed means.
pub(super) fn explain(error: &std::io::Error) -> Error {
    cause(error).map_or_else(|| Error::Connect(Cause::of(format!("no TLS: {error}"))), refusal)
}

/// The fault of TLS that is behind an error of a connection.
pub(super) fn cause(error: &std::io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner.downcast_ref().or_else(|| cause(inner.downcast_ref()?))
}

/// The same of what ended it, and what may be done about it.
pub(super) fn refusal(fault: &rustls::Error) -> Error {
    Error::Connect(Cause::of(match fault {
        rustls::Error::InvalidCertificate(_) => {
            format!(
                "{fault}; a site file takes the certificate nevertheless with tls = {{ \
                 accept_invalid = true }}"
            )
        }
        _ => format!("no TLS: {fault}"),
    }))
}

/// Takes every certificate.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
