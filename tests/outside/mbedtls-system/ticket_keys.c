// SPDX-License-Identifier: Apache-2.0
#include "ticket_keys.h"

#include "context.h"
#include "sized.h"

#include <mbedtls/platform_util.h>

#include <stdlib.h>

enum {
  SHORTEST_PERIOD = 3600,
  LONGEST_PERIOD = 24 * SHORTEST_PERIOD,
  LONGEST_LIFETIME = 7 * LONGEST_PERIOD  // RFC 8446, 4.6.1
};

static size_t size_of(size_t count) {
  return sizeof(struct key_set) + count * sizeof(struct ticket_key);
}

static struct key_set *make_set(size_t count) {
  struct key_set *out = calloc(1, size_of(count));
  if (out != NULL) out->count = count;
  return out;
}

static void free_sets(struct key_set *set) {
  while (set != NULL) {
    struct key_set *older = set->older;
    mbedtls_platform_zeroize(set, size_of(set->count));
    free(set);
    set = older;
  }
}

void keys_init(struct ticket_keys *keys) {
  pthread_mutex_init(&keys->mutex, NULL);
}

void keys_free(struct ticket_keys *keys) {
  free_sets(atomic_load(&keys->current));
  pthread_mutex_destroy(&keys->mutex);
}

// Under the mutex, as is put. Whoever begins to read from here on finds the current set.
static void drop_unread(struct ticket_keys *keys) {
  struct key_set *current = atomic_load(&keys->current);
  if (atomic_load(&keys->readers) != 0) return;
  free_sets(current->older);
  current->older = NULL;
  atomic_store(&keys->has_old, false);
}

static void put(struct ticket_keys *keys, struct key_set *set) {
  set->older = atomic_load(&keys->current);
  atomic_store(&keys->current, set);
  atomic_store(&keys->has_old, true);
  drop_unread(keys);
}

static size_t count_good(const struct key_set *old, int64_t now, int64_t latest) {
  size_t out = 0;
  for (size_t i = 0; old != NULL && i < old->count; ++i)
    if (old->keys[i].good_until > now && old->keys[i].good_until <= latest) ++out;
  return out;
}

// A new key in front of those that are still good.
static bool turn(struct ticket_keys *keys, int64_t now) {
  const struct key_set *old = atomic_load(&keys->current);
  const int64_t latest = now + keys->kept;
  struct key_set *set = make_set(1 + count_good(old, now, latest));
  if (set == NULL) return false;
  struct ticket_key *at = set->keys;
  at->good_until = latest;
  if (random_bytes(NULL, at->name, sizeof at->name) != 0 ||
      random_bytes(NULL, at->cipher, sizeof at->cipher) != 0 ||
      random_bytes(NULL, at->mac, sizeof at->mac) != 0) {
    free_sets(set);
    return false;
  }
  for (size_t i = 0; old != NULL && i < old->count; ++i)
    if (old->keys[i].good_until > now && old->keys[i].good_until <= latest) *++at = old->keys[i];
  put(keys, set);
  atomic_store(&keys->since, now - keys->period);
  atomic_store(&keys->until, now + keys->period);
  return true;
}

bool keys_generate(struct ticket_keys *keys, int64_t now, uint32_t lifetime) {
  const int64_t most = lifetime < LONGEST_LIFETIME ? lifetime : LONGEST_LIFETIME;
  keys->period = most < SHORTEST_PERIOD  ? SHORTEST_PERIOD
                 : most > LONGEST_PERIOD ? LONGEST_PERIOD
                                         : most;
  keys->kept = keys->period + most;
  pthread_mutex_lock(&keys->mutex);
  const bool good = turn(keys, now);
  pthread_mutex_unlock(&keys->mutex);
  return good;
}

bool keys_replace(struct ticket_keys *keys, const plugtls_ticket_key *const *given, size_t count) {
  struct key_set *set = make_set(count);
  if (set == NULL) return false;
  for (size_t i = 0; i < count; ++i) {
    plugtls_ticket_key one;
    read_sized(&one, sizeof one, given[i]);
    memcpy(set->keys[i].name, one.name, sizeof one.name);
    memcpy(set->keys[i].cipher, one.key, sizeof set->keys[i].cipher);
    memcpy(set->keys[i].mac, one.key + sizeof set->keys[i].cipher, sizeof set->keys[i].mac);
    mbedtls_platform_zeroize(&one, sizeof one);
  }
  pthread_mutex_lock(&keys->mutex);
  put(keys, set);
  atomic_store(&keys->since, INT64_MIN);
  atomic_store(&keys->until, INT64_MAX);
  pthread_mutex_unlock(&keys->mutex);
  return true;
}

// A clock that was set back by more than a period would keep a key in use for as long as it was wrong.
static bool is_due(struct ticket_keys *keys, int64_t now) {
  return now >= atomic_load(&keys->until) || now < atomic_load(&keys->since);
}

// Another thread that is at it does not keep this one, which takes the keys there are.
const struct key_set *keys_read(struct ticket_keys *keys, int64_t now) {
  if (is_due(keys, now) && pthread_mutex_trylock(&keys->mutex) == 0) {
    if (is_due(keys, now)) (void)turn(keys, now);
    pthread_mutex_unlock(&keys->mutex);
  }
  atomic_fetch_add(&keys->readers, 1);
  return atomic_load(&keys->current);
}

void keys_end(struct ticket_keys *keys) {
  if (atomic_fetch_sub(&keys->readers, 1) != 1 || !atomic_load(&keys->has_old)) return;
  if (pthread_mutex_trylock(&keys->mutex) != 0) return;
  drop_unread(keys);
  pthread_mutex_unlock(&keys->mutex);
}
