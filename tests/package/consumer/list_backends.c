/* Lists the backends, then opens the one named on the command line and says what came of it. */
#include <plugtls/plugtls.h>

#include <stdio.h>

static const char *origin_name(uint32_t origin) {
  switch (origin) {
    case PLUGTLS_ORIGIN_ENVIRONMENT:
      return "the environment";
    case PLUGTLS_ORIGIN_INSTALLED:
      return "the installation";
    default:
      return "an unexpected place";
  }
}

int main(int argc, char **argv) {
  plugtls_error error = PLUGTLS_ERROR_INIT;
  plugtls_registry *registry = NULL;
  plugtls_backend *backend = NULL;
  if (argc != 2) return 2;
  if (plugtls_registry_create(NULL, &registry, &error) != PLUGTLS_OK) {
    printf("%s\n", error.message);
    return 1;
  }
  for (size_t i = 0; i < plugtls_registry_candidate_count(registry); ++i) {
    plugtls_candidate candidate = {.size = sizeof candidate};
    if (plugtls_registry_candidate(registry, i, &candidate) != PLUGTLS_OK) return 1;
    if (candidate.stage == PLUGTLS_STAGE_FOUND) {
      printf("%s: found in %s\n", candidate.name, origin_name(candidate.origin));
    } else {
      printf("%s: %s\n", candidate.name, candidate.detail);
    }
  }
  if (plugtls_backend_open(registry, argv[1], NULL, 0, &backend, &error) == PLUGTLS_OK) {
    printf("%s: opened\n", argv[1]);
  } else {
    printf("%s: %s: %s\n", argv[1], plugtls_error_name(error.code), error.message);
  }
  plugtls_registry_free(registry);
  return 0;
}
