// Sends a request with the first flight of a resumed session. Whoever records it can send it again, so it must be one that
// may be answered twice: a GET that changes nothing, not a payment.
// early_data ADDRESS PORT NAME CA-FILE
#include <plugtls/plugtls.hpp>

#include <iostream>

int main(int argc, char **argv) try {
  using namespace plugtls;
  if (argc != 5) return 2;
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  const SessionCache cache;
  ClientConfig config;
  config.use_trust_store(TrustStore::from_pem_file(argv[4]))
      .set_session_callback(cache.callback())
      .insecure_allow_early_data(true);
  const ClientContext context(Backend::open({}, {Feature::early_data}), config);
  for (int visit = 0; visit < 2; ++visit) {
    WrapOptions options;
    options.session = cache.take(argv[3]);
    options.auto_handshake = false;
    TlsSocket tls = context.wrap_socket(
        Socket::connect_tcp(argv[1], static_cast<std::uint16_t>(std::stoi(argv[2]))), argv[3],
        options);
    if (options.session && options.session->info().early_data_max >= request.size())
      tls.write_early(std::as_bytes(std::span(request)));
    tls.do_handshake();
    const bool taken = tls.early_data() == EarlyData::accepted;
    std::cout << (taken ? "early" : "late") << std::endl;
    if (!taken) tls.write_all(request);
    tls.read(4096);
    tls.shutdown();
  }
} catch (const plugtls::TlsError &error) {
  std::cerr << error.what() << " [" << name(error.value()) << "]\n";
  return 1;
}
