// SPDX-License-Identifier: Apache-2.0
#include "pair.hpp"

#include <array>

namespace plugtls::tools::compare {

namespace {

const Identity &identity_of(const Setting &setting) {
  return setting.rsa ? rsa_identity() : ecdsa_identity();
}

CipherSuite default_suite(const Setting &setting) {
  if (setting.version == TlsVersion::TLSv1_3) return CipherSuite::TLS_AES_128_GCM_SHA256;
  return setting.rsa ? CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                     : CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
}

template <typename Config>
void apply(const Setting &setting, const Backend &backend, Config &config) {
  config.set_version_range(setting.version, setting.version);
  if (!setting.default_policy) {
    config.set_ciphers({setting.suite.value_or(default_suite(setting))});
    // In TLS 1.2 the groups are those of the certificates, too.
    config.set_groups({setting.group.value_or(Group::x25519), Group::secp256r1});
  }
  // The certificates are good for a century; where the day can be set, a wrong clock does no harm either.
  if (backend.supports(Feature::verify_time)) config.set_verify_time(day_of_judgement());
}

Certificate certificate(std::string_view pem) {
  return Certificate::from_buffer(pem);
}

PrivateKey key(std::string_view pem) {
  return PrivateKey::from_buffer(std::as_bytes(std::span(pem)));
}

}  // namespace

ClientContext make_client_context(const Backend &backend, const Setting &setting) {
  const Identity &identity = identity_of(setting);
  ClientConfig config;
  apply(setting, backend, config);
  config.use_trust_store(TrustStore::from_pem(identity.root));
  if (setting.mutual)
    config.register_certificates(certificate(identity.client_chain), key(identity.client_key));
  return {backend, config};
}

ServerContext make_server_context(const Backend &backend, const Setting &setting) {
  const Identity &identity = identity_of(setting);
  ServerConfig config;
  apply(setting, backend, config);
  config.register_certificates(certificate(identity.server_chain), key(identity.server_key));
  if (setting.mutual)
    config.use_trust_store(TrustStore::from_pem(identity.root))
        .set_client_authentication(ClientAuthentication::require);
  return {backend, config};
}

plugtls_transport Pair::transport_over(Pipe &pipe) {
  plugtls_transport out{};
  out.size = sizeof out;
  out.user = &pipe;
  out.read = [](void *self, void *buffer, std::size_t capacity, std::size_t *size) {
    *size = static_cast<Pipe *>(self)->in->read(buffer, capacity);
    return static_cast<plugtls_status>(*size == 0 ? PLUGTLS_WANT_READ : PLUGTLS_OK);
  };
  out.write = [](void *self, const void *data, std::size_t length, std::size_t *size) {
    *size = static_cast<Pipe *>(self)->out->write(data, length);
    return static_cast<plugtls_status>(*size == 0 ? PLUGTLS_WANT_WRITE : PLUGTLS_OK);
  };
  return out;
}

bool Pair::advance(Connection &connection) {
  const IoResult result = connection.try_handshake();
  if (!result && !result.wants()) throw_status(result.status, connection.last_error());
  return static_cast<bool>(result);
}

void Pair::read_tickets() {
  std::array<std::byte, 16> none{};
  const IoResult result = client_->try_read(none);
  if (result.status != IoStatus::want_read)
    throw std::runtime_error("the client read data that nobody sent");
}

void Pair::transfer(Connection &from, Connection &to, std::span<const std::byte> data,
                    std::span<std::byte> room) {
  std::size_t read = 0;
  for (std::size_t taken = 0; taken < data.size();) {
    const IoResult put = from.try_write(data.subspan(taken));
    if (!put) throw_status(put.status, from.last_error());
    for (taken += put.bytes; read < taken;) {
      const IoResult got = to.try_read(room);
      if (!got) throw_status(got.status, to.last_error());
      read += got.bytes;
    }
  }
}

}  // namespace plugtls::tools::compare
