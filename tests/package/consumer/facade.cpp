#include <plugtls/plugtls.hpp>

#include <cstdio>

int main() {
  const unsigned version = plugtls_version();
  std::printf("plugtls %u.%u.%u\n", version >> 16, version >> 8 & 0xffU, version & 0xffU);
}
