// Fetches a page and writes the connection's secrets to a file, by which tshark or Wireshark reads what was captured of it:
//     tshark -r capture.pcap -o tls.keylog_file:KEYLOG
// Whoever has the file can read the connection too.
// keylog ADDRESS PORT NAME CA-FILE KEYLOG
#include <plugtls/plugtls.hpp>

#include <fstream>
#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 6) return 2;
  std::ofstream log(argv[5], std::ios::app);
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]))
      .insecure_set_keylog(
          [&log](ConnectionView, std::string_view line) { log << line << std::endl; });
  const Backend backend = Backend::open({}, {Feature::keylog});
  TlsSocket tls =
      ClientContext(backend, config)
          .wrap_socket(Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))),
                       argv[3]);
  tls.write_all("GET /secret-page HTTP/1.0\r\n\r\n");
  std::string page;
  for (std::string part = tls.read(4096); !part.empty(); part = tls.read(4096))
    page += part;
  std::cout << page.substr(0, 8) << '\n';
  tls.shutdown();
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
