// SPDX-License-Identifier: Apache-2.0
// The ticket keys of a server's context (B6): replaced by one thread while others are in handshakes, which read without
// waiting (P-GEN-7). Keys that the program gave stay until it gives others. Keys of the backend's own rotate as handshakes
// use them: a new one encrypts each period, those before it decrypt until no ticket of theirs is good any longer.
#pragma once

#include <plugtls/types.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct key_set {
  struct key_set *older;  // replaced, and perhaps still read
  size_t count;
  struct ticket_key {
    int64_t good_until;  // of the backend's own
    uint8_t name[16], cipher[32], mac[32];
  } keys[];  // the first encrypts
};

struct ticket_keys {
  pthread_mutex_t mutex;  // of whoever changes them
  _Atomic(struct key_set *) current;
  atomic_uint readers;
  atomic_bool has_old;
  int64_t period, kept;          // of the backend's own
  _Atomic int64_t since, until;  // between which no new key is due
};

void keys_init(struct ticket_keys *keys);
void keys_free(struct ticket_keys *keys);
// False if there is no memory or no randomness.
bool keys_generate(struct ticket_keys *keys, int64_t now, uint32_t lifetime);
bool keys_replace(struct ticket_keys *keys, const plugtls_ticket_key *const *given, size_t count);

// The keys in force, which stay where they are until keys_end. NULL if there are none.
const struct key_set *keys_read(struct ticket_keys *keys, int64_t now);
void keys_end(struct ticket_keys *keys);
