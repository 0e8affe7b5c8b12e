// SPDX-License-Identifier: Apache-2.0
/// Verification of a chain without a connection (B7).
#ifndef PLUGTLS_VERIFY_HPP
#define PLUGTLS_VERIFY_HPP

#include "plugtls/backend.hpp"
#include "plugtls/config.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plugtls {

/// Whose certificate it is.
enum class Purpose : std::uint32_t {
  server = PLUGTLS_PURPOSE_SERVER,
  client = PLUGTLS_PURPOSE_CLIENT,
};

/// What a backend thinks of a chain.
struct ChainVerdict {
  errc code = errc::none;                ///< none: good
  std::optional<int> certificate_depth;  ///< which certificate the code is about
  std::string text;                      ///< in words

  explicit operator bool() const noexcept { return code == errc::none; }
};

namespace detail {

/// A DNS name or IP literal as backends take it: an A-label or the address's bytes.
class Subject {
 public:
  explicit Subject(const std::string &name) {
    std::array<char, 16> address{};
    if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) {
      set(PLUGTLS_SUBJECT_IP, {address.data(), 4});
    } else if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) {
      set(PLUGTLS_SUBJECT_IP, {address.data(), 16});
    } else {
      std::array<char, 256> ascii{};
      call(&plugtls_name_to_ascii, name.c_str(), ascii.data(), ascii.size());
      set(PLUGTLS_SUBJECT_DNS, ascii.data());
    }
  }
  plugtls_subject c() const noexcept { return {kind_, 0, to_c(std::string_view(value_))}; }

 private:
  void set(std::uint32_t kind, std::string_view value) {
    kind_ = kind;
    value_ = value;
  }

  std::uint32_t kind_ = 0;
  std::string value_;
};

}  // namespace detail

/// Judges `chain`, leaf first, by the trust store, revocation lists, time and depth of `config`. `names`: any one must match;
/// none: the name is not checked. `ocsp_response`: the staple, DER, or empty. Throws where no verdict can be reached. Needs
/// Feature::verify_offline.
template <typename Derived>
ChainVerdict verify_chain(const Backend &backend, const BasicConfig<Derived> &config,
                          const std::vector<Certificate> &chain,
                          const std::vector<std::string> &names, Purpose purpose = Purpose::server,
                          std::span<const std::byte> ocsp_response = {}) {
  const detail::CConfig c_config(config.data());
  detail::PointerList<plugtls_source> sources;
  for (const Certificate &certificate : chain)
    sources.add(certificate.source().view());
  const std::vector<detail::Subject> owned(names.begin(), names.end());
  std::vector<plugtls_subject> subjects;
  subjects.reserve(owned.size());
  for (const detail::Subject &subject : owned)
    subjects.push_back(subject.c());
  plugtls_verify_request request{};
  request.size = sizeof request;
  request.purpose = static_cast<std::uint32_t>(purpose);
  request.chain = sources.data();
  request.chain_count = sources.size();
  request.subjects = subjects.data();
  request.subject_count = static_cast<std::uint32_t>(subjects.size());
  request.ocsp_response = detail::to_c(ocsp_response);
  std::int32_t code = 0;
  std::int32_t depth = -1;
  plugtls_error error = PLUGTLS_ERROR_INIT;
  const plugtls_status status =
      plugtls_verify_chain(backend.handle(), &c_config.c(), &request, &code, &depth, &error);
  if (status != PLUGTLS_OK) throw_status(static_cast<IoStatus>(status), error);
  return {static_cast<errc>(code), depth < 0 ? std::nullopt : std::optional<int>(depth),
          error.message};
}

}  // namespace plugtls

#endif
