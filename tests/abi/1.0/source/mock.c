// SPDX-License-Identifier: Apache-2.0
/*
 * One mock backend, built into many variants by the MOCK_... definitions of CMakeLists.txt: one that works, and
 * one for every way of breaking the contract of backend.h. It is plain C and uses no kit, so that it also proves
 * that the ABI alone suffices.
 *
 * Every variant records its loading: the constructor appends the variant's name to the file that
 * $PLUGTLS_MOCK_MARKER names, so that a test can prove that code of a refused file never ran.
 */
/* nanosleep, pause, and "e" of fopen */
#define _POSIX_C_SOURCE 200809L

#include "misbehave.h"
#include "toy.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MOCK_VARIANT
#  error "MOCK_VARIANT names the variant"
#endif
#ifndef MOCK_NAME
#  define MOCK_NAME MOCK_VARIANT
#endif
#ifndef MOCK_NOTE_NAME
#  define MOCK_NOTE_NAME MOCK_NAME
#endif
#ifndef MOCK_NOTE_MAJOR
#  define MOCK_NOTE_MAJOR PLUGTLS_ABI_MAJOR
#endif
#ifndef MOCK_TABLE_MAJOR
#  define MOCK_TABLE_MAJOR PLUGTLS_ABI_MAJOR
#endif
#ifndef MOCK_MINOR
#  define MOCK_MINOR PLUGTLS_ABI_MINOR
#endif
#ifndef MOCK_TABLE_SIZE
#  define MOCK_TABLE_SIZE sizeof(plugtls_backend_table)
#endif
#ifndef MOCK_EXPORT_SIZE
#  define MOCK_EXPORT_SIZE sizeof(plugtls_backend_export)
#endif
#ifndef MOCK_INFO_NAME
#  define MOCK_INFO_NAME MOCK_NAME
#endif

/* Every required slot lies before this one. */
#define MOCK_REQUIRED_SIZE offsetof(plugtls_backend_table, connection_set_context)

__attribute__((constructor)) static void record_loading(void) {
  const char *path = getenv("PLUGTLS_MOCK_MARKER");
  FILE *file = path != NULL ? fopen(path, "ae") : NULL;
  if (file == NULL) return;
  fputs(MOCK_VARIANT "\n", file);
  fclose(file);
}

#ifndef MOCK_NO_NOTE
struct note {
  uint32_t owner_size;
  uint32_t description_size;
  uint32_t type;
  char owner[sizeof PLUGTLS_NOTE_OWNER];
  uint16_t abi[2];
  char name[(sizeof MOCK_NOTE_NAME + 3) / 4 * 4];
};

__attribute__((used, section(".note.plugtls"), aligned(4))) static const struct note elf_note = {
    sizeof PLUGTLS_NOTE_OWNER, 4 + sizeof MOCK_NOTE_NAME,     PLUGTLS_NOTE_TYPE,
    PLUGTLS_NOTE_OWNER,        {MOCK_NOTE_MAJOR, MOCK_MINOR}, MOCK_NOTE_NAME};
#endif

#ifdef MOCK_NEEDS_MISSING
int mock_gone(void);
int mock_calls_gone(void);
int mock_calls_gone(void) {
  return mock_gone();
}
#endif

#ifdef MOCK_INHERITS
/* Keeps the dependency that does export an entry function. */
int mock_inherited(void);
int mock_uses_inherited(void);
int mock_uses_inherited(void) {
  return mock_inherited();
}
#endif

#ifdef MOCK_IS_DEPENDENCY
__attribute__((visibility("default"))) int mock_inherited(void);
int mock_inherited(void) {
  return 1;
}
#endif

#ifndef MOCK_NO_ENTRY

static plugtls_anchor anchors[1];
static const uint32_t features[] = {
    PLUGTLS_FEATURE_CLIENT,
    PLUGTLS_FEATURE_SERVER,
    PLUGTLS_FEATURE_TLS1_2,
    PLUGTLS_FEATURE_TLS1_3,
    PLUGTLS_FEATURE_ALPN,
    PLUGTLS_FEATURE_SNI,
    PLUGTLS_FEATURE_SNI_CALLBACK,
    PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT,
    PLUGTLS_FEATURE_SET_CONTEXT,
    PLUGTLS_FEATURE_VERIFY_OFF,
    PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY,
    PLUGTLS_FEATURE_VERIFY_IP,
    PLUGTLS_FEATURE_VERIFY_SUBJECTS,
    PLUGTLS_FEATURE_VERIFY_CALLBACK,
    PLUGTLS_FEATURE_TRUST_SYSTEM,
    PLUGTLS_FEATURE_TRUST_FILE,
    PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM,
    PLUGTLS_FEATURE_PEER_CHAIN,
    PLUGTLS_FEATURE_EXPORTER,
    PLUGTLS_FEATURE_KEYLOG,
    PLUGTLS_FEATURE_RESUMPTION,
    PLUGTLS_FEATURE_SESSION_BYTES,
    PLUGTLS_FEATURE_KEY_UPDATE,
    PLUGTLS_FEATURE_HALF_CLOSE,
    PLUGTLS_FEATURE_SUSPEND,
    PLUGTLS_FEATURE_VERIFY_OFFLINE,
};

/* What the lean variant does not have, and must not be asked for; and what the sparse ones have no slots for. */
static int is_left_out(uint32_t feature) {
#  if defined(MOCK_SPARSE)
  return feature == PLUGTLS_FEATURE_SET_CONTEXT || feature == PLUGTLS_FEATURE_PEER_CHAIN ||
         feature == PLUGTLS_FEATURE_EXPORTER || feature == PLUGTLS_FEATURE_RESUMPTION ||
         feature == PLUGTLS_FEATURE_SESSION_BYTES || feature == PLUGTLS_FEATURE_KEY_UPDATE ||
         feature == PLUGTLS_FEATURE_VERIFY_OFFLINE;
#  elif defined(MOCK_LEAN)
  return feature == PLUGTLS_FEATURE_SNI || feature == PLUGTLS_FEATURE_VERIFY_IP ||
         feature == PLUGTLS_FEATURE_VERIFY_SUBJECTS || feature == PLUGTLS_FEATURE_RESUMPTION ||
         feature == PLUGTLS_FEATURE_VERIFY_OFFLINE || feature == PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY;
#  else
  (void)feature;
  return 0;
#  endif
}

static plugtls_status mock_info(const plugtls_backend_instance *instance,
                                plugtls_backend_info *out) {
  (void)instance;
#  ifdef MOCK_INFO_FAILS
  (void)out;
  (void)anchors;
  return PLUGTLS_FAILED;
#  else
  plugtls_backend_info full = {.size = out->size};
  full.name = MOCK_INFO_NAME;
  full.version = "1.2.3";
  full.library = "Toy";
  full.library_version = "4.5.6";
  full.library_built = "4.5.6";
  full.anchors = anchors;
#    ifdef MOCK_ANCHORS_NULL
  full.anchors = NULL;
  full.anchor_count = 5;
#    elif defined(MOCK_ANCHOR_ADDRESS_NULL) || defined(MOCK_ANCHOR_FOREIGN) || \
        defined(MOCK_ANCHORS_INSIDE)
  full.anchor_count = 1;
#    endif
  memcpy(out, &full, out->size < sizeof full ? out->size : sizeof full);
  return PLUGTLS_OK;
#  endif
}

static void mock_capability(const plugtls_backend_instance *instance, uint32_t feature,
                            plugtls_capability *out) {
  (void)instance;
  plugtls_capability full = {.size = out->size, .level = PLUGTLS_NO};
  for (size_t i = 0; i < sizeof features / sizeof features[0]; ++i) {
    if (features[i] == feature && !is_left_out(feature)) full.level = PLUGTLS_YES;
  }
  if (feature == PLUGTLS_FEATURE_CIPHER_SUITES) {
    full.level = PLUGTLS_PARTIAL;
    full.value = 1;
    snprintf(full.note, sizeof full.note, "one suite, for show");
  }
#  ifndef MOCK_SPARSE
  /* So it may lack a slot (P-CAP-2). */
  if (feature == PLUGTLS_FEATURE_EFFECTIVE_CONFIG) {
    full.level = PLUGTLS_PARTIAL;
    snprintf(full.note, sizeof full.note, "lists, no values");
  }
#  endif
#  ifdef MOCK_CLAIMS_ALL
  /* Whole would be a promise of slots that it has not (P-CAP-2). */
  if (full.level == PLUGTLS_NO) full.level = PLUGTLS_PARTIAL;
#  endif
  memcpy(out, &full, out->size < sizeof full ? out->size : sizeof full);
}

static size_t mock_list(const plugtls_backend_instance *instance, uint32_t list, uint16_t *out,
                        size_t capacity) {
  (void)instance;
  if (list == TOY_COUNTERS_LIST) return toy_counters(out, capacity);
  if (list != PLUGTLS_LIST_CIPHER_SUITES) return 0;
  if (capacity != 0) out[0] = 0x1301;
  return 1;
}

/* ---- The table ---- */

/* What a later version's structs may look like: ours, and members that this host does not know. */
typedef struct {
  plugtls_backend_table known;
  plugtls_status (*later)(plugtls_backend_connection *connection);
  plugtls_status (*still_later)(plugtls_backend_connection *connection);
} later_table;

typedef struct {
  plugtls_config known;
  uint64_t later;
} later_config;

static later_table mock_table;

#  ifdef MOCK_NEWER
static plugtls_status later_slot(plugtls_backend_connection *connection) {
  (void)connection;
  abort(); /* no host of this version can know it */
}

/* As a backend of a later version has to: what lies beyond the host's size was not asked for (P-ABI-2). */
static plugtls_status later_context_create(plugtls_backend_instance *instance,
                                           const plugtls_config *config,
                                           const plugtls_backend_callbacks *callbacks,
                                           plugtls_backend_context **out, plugtls_error *err) {
  later_config full = {.known = {.size = 0}};
  memcpy(&full, config, config->size < sizeof full ? config->size : sizeof full);
  if (full.later != 0) {
    toy_error(err, PLUGTLS_E_INTERNAL, "the host let through what it does not know");
    return PLUGTLS_FAILED;
  }
  plugtls_backend_table toy;
  toy_fill_table(&toy);
  return toy.context_create(instance, &full.known, callbacks, out, err);
}
#  endif

/* Before main, or in dlopen: so that the table is constant by the time any thread may read it. */
__attribute__((constructor)) static void fill_table(void) {
  plugtls_backend_table *table = &mock_table.known;
  toy_fill_table(table);
  table->abi_major = MOCK_TABLE_MAJOR;
  table->abi_minor = MOCK_MINOR;
  table->info = mock_info;
  table->capability = mock_capability;
  table->list = mock_list;
#  ifdef MOCK_NO_OPTIONAL
  memset((char *)table + MOCK_REQUIRED_SIZE, 0, sizeof *table - MOCK_REQUIRED_SIZE);
  table->context_list = NULL;
#  endif
#  ifdef MOCK_NULL_SLOT
  table->MOCK_NULL_SLOT = NULL;
#  endif
#  ifdef MOCK_IS_FATAL
  table->context_create = fatal_context_create;
  table->verify_chain = fatal_verify_chain;
#  endif
#  ifdef MOCK_NEWER
  table->context_create = later_context_create;
  mock_table.later = later_slot;
  mock_table.still_later = later_slot;
#  endif
#  if defined(MOCK_ANCHORS_INSIDE)
  anchors[0] = (plugtls_anchor){"mock_table", &mock_table};
#  endif
  table->size = (uint32_t)(MOCK_TABLE_SIZE);
}

static plugtls_status refuse(plugtls_error *err, int32_t code, const char *why) {
  toy_error(err, code, why);
  return PLUGTLS_FAILED;
}

/* ---- The layer: a wrapper that hands on to the backend it wraps ---- */

#  ifdef MOCK_LAYER
struct plugtls_backend_instance {
  plugtls_backend_instance *next;
  plugtls_backend_table table;
  plugtls_backend_export inner;
};

static _Atomic(plugtls_backend_instance *) layers; /* all there are, for the life of the process */

static size_t layer_list(const plugtls_backend_instance *layer, uint32_t list, uint16_t *out,
                         size_t capacity) {
  return layer->inner.table->list(layer->inner.instance, list, out, capacity);
}

static void layer_capability(const plugtls_backend_instance *layer, uint32_t feature,
                             plugtls_capability *out) {
  layer->inner.table->capability(layer->inner.instance, feature, out);
}

static plugtls_status layer_context_create(plugtls_backend_instance *layer,
                                           const plugtls_config *config,
                                           const plugtls_backend_callbacks *callbacks,
                                           plugtls_backend_context **out, plugtls_error *err) {
  return layer->inner.table->context_create(layer->inner.instance, config, callbacks, out, err);
}

static plugtls_status layer_verify_chain(plugtls_backend_instance *layer,
                                         const plugtls_config *config,
                                         const plugtls_verify_request *request, int32_t *out_code,
                                         int32_t *out_depth, plugtls_error *err) {
  return layer->inner.table->verify_chain(layer->inner.instance, config, request, out_code,
                                          out_depth, err);
}

/* A wrapper is handed the inner backend's table with its gaps filled, so that it may call any slot. */
static int has_gaps(const plugtls_backend_table *table) {
  if (table->size < sizeof *table) return 1;
  for (size_t at = offsetof(plugtls_backend_table, info); at < sizeof *table;
       at += sizeof(void *)) {
    void *slot;
    memcpy(&slot, (const char *)table + at, sizeof slot);
    if (slot == NULL) return 1;
  }
  return 0;
}

/* The handles are the inner backend's own, so only what takes an instance has to be hung in. */
static plugtls_status wrap(const plugtls_backend_export *inner, plugtls_backend_export *out,
                           plugtls_error *err) {
  if (has_gaps(inner->table))
    return refuse(err, PLUGTLS_E_BACKEND_REFUSED, "the inner table has gaps");
  plugtls_backend_instance *layer = calloc(1, sizeof *layer);
  if (layer == NULL) return PLUGTLS_FAILED;
  layer->table = *inner->table;
  layer->inner = *inner;
  layer->table.size = (uint32_t)sizeof layer->table;
  layer->table.info = mock_info;
  layer->table.list = layer_list;
  layer->table.capability = layer_capability;
  layer->table.context_create = layer_context_create;
  layer->table.verify_chain = layer_verify_chain;
  layer->next = atomic_load(&layers);
  while (!atomic_compare_exchange_weak(&layers, &layer->next, layer))
    continue;
  out->table = &layer->table;
  out->instance = layer;
  return PLUGTLS_OK;
}
#  endif

/* ---- The entry ---- */

static plugtls_status check_host(const plugtls_host *host, plugtls_error *err) {
  if (host->abi_major != PLUGTLS_ABI_MAJOR)
    return refuse(err, PLUGTLS_E_ABI, "made for another major version");
  if (host->size < sizeof *host || host->log == NULL || host->secure_wipe == NULL ||
      host->now == NULL)
    return refuse(err, PLUGTLS_E_BACKEND_REFUSED, "the host offers less than version 1.0 does");
#  ifdef MOCK_LAYER
  if (host->inner == NULL || host->inner->table == NULL)
    return refuse(err, PLUGTLS_E_BACKEND_REFUSED, "a wrapper, and nothing to wrap");
#  else
  if (host->inner != NULL)
    return refuse(err, PLUGTLS_E_BACKEND_REFUSED, "no wrapper, and something to wrap");
#  endif
  return PLUGTLS_OK;
}

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  toy_count(TOY_COUNT_ENTRY);
  out->reserved = 0;
  mock_sleep_if_asked();
  mock_misbehave();
  const plugtls_status status = check_host(host, err);
  if (status != PLUGTLS_OK) return status;
#  if defined(MOCK_ENTRY_FAILS)
  return refuse(err, PLUGTLS_E_BACKEND_REFUSED, "built against Toy 4.5.6, found Toy 1.0.0");
#  elif defined(MOCK_ENTRY_FAILS_SILENTLY)
  return PLUGTLS_FAILED;
#  elif defined(MOCK_ENTRY_WRITES_NOTHING)
  return PLUGTLS_OK;
#  elif defined(MOCK_ENTRY_ODD_STATUS)
  return 12345;
#  elif defined(MOCK_LAYER)
  return wrap(host->inner, out, err);
#  else
#    ifdef MOCK_ANCHOR_FOREIGN
  /* libplugtls is in every process that loads a backend, and no backend depends on it. */
  anchors[0].symbol = "SSL_new";
  memcpy(&anchors[0].address, &host->log, sizeof anchors[0].address);
#    endif
  out->size = (uint32_t)(MOCK_EXPORT_SIZE);
#    ifndef MOCK_NULL_TABLE
  out->table = &mock_table.known;
#    endif
  return PLUGTLS_OK;
#  endif
}

#endif
