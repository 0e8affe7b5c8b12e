// A server that knows its clients by keys that it shares with them, and has no certificate. It answers each with a line.
// psk_server IDENTITY KEY-FILE PORT
#include <plugtls/plugtls.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 4) return 2;
  std::ifstream file(argv[2], std::ios::binary);
  const std::string key(std::istreambuf_iterator<char>(file), {});
  const std::string known = argv[1];
  ServerConfig config;
  config.set_psk_callback([&](ConnectionView,
                              std::span<const std::byte> identity) -> std::optional<PreSharedKey> {
    const std::string_view asked(reinterpret_cast<const char *>(identity.data()), identity.size());
    if (asked != known) return std::nullopt;
    return PreSharedKey{Secret(asked), Secret(std::string_view(key)), PskHash::sha256};
  });
  const Backend backend = Backend::open({}, {Feature::psk});
  TlsListener listener(ServerContext(backend, config), "127.0.0.1",
                       static_cast<std::uint16_t>(std::stoi(argv[3])));
  std::cerr << "listening on " << listener.own_address().to_string() << std::endl;
  for (;;)
    try {
      TlsSocket peer = listener.accept(std::chrono::seconds(10));
      peer.write_all("we share a key\n");
      peer.unwrap();
    } catch (const TlsError &error) {
      std::cerr << error.what() << " [" << name(error.value()) << "]" << std::endl;
    }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
