// SPDX-License-Identifier: Apache-2.0
// The certificates of tests/pki and what each is for.
#ifndef PLUGTLS_TESTS_SUPPORT_PKI_HPP
#define PLUGTLS_TESTS_SUPPORT_PKI_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace support {

std::string pki_path(const std::string &file);
// Bytes are compared within two pairs of parentheses, CHECK((a == b)): a failure then does not print them, which helps
// nobody, and for which the reporter of some versions of Catch2 takes for ever where there is an escape among them.
std::string read_file(const std::string &path);
// pki.json writes codes as the headers do: "PLUGTLS_E_CERT_EXPIRED". Throws for a name nobody has.
int32_t error_code(const std::string &name);

// A chain that is to be judged, and the judgement.
struct PkiCase {
  std::string name, chain, key, host, trust, note;
  std::vector<std::string> crls;
  int32_t expect = 0;
  uint32_t crl_check = 0;  // PLUGTLS_CRL_CHECK_...
};
struct PkiKey {
  std::string key, chain, note;
  bool encrypted = false;
};
struct PkiMalformed {
  std::string file, note;
  int32_t expect = 0;
};

// A case for OCSP stapling: what certificate, with which response (empty: none), for whom.
struct PkiStaple {
  std::string name, of, staple, note;
  std::vector<std::string> crls;  // of the leaf
  uint32_t mode = 0;              // PLUGTLS_OCSP_...
  bool servable = false;          // a server takes the response for its certificate's
  int32_t expect = 0;
};

const std::vector<PkiCase> &pki_cases();           // servers
const std::vector<PkiCase> &pki_clients();         // presented by clients
const std::vector<PkiCase> &pki_parity();          // servers: more, for tests/parity
const std::vector<PkiCase> &pki_parity_clients();  // clients: the same
const std::vector<PkiKey> &pki_keys();
const std::vector<PkiMalformed> &pki_malformed();
const std::vector<PkiStaple> &pki_staples();
const std::string &pki_password();

}  // namespace support

#endif
