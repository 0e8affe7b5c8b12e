// SPDX-License-Identifier: Apache-2.0
#include "constraints.h"

#include "directory_name.h"
#include "text.h"

// So many names under so many constraints would keep the verifier busy.
enum {
  MOST_COMPARISONS = 1 << 20
};

// The choices of GeneralName (4.2.1.6), by their tag.
enum {
  OTHER_NAME = DER_CONTEXT_CONSTRUCTED | 0,
  MAILBOX = DER_CONTEXT | 1,
  DNS_NAME = DER_CONTEXT | 2,
  X400_ADDRESS = DER_CONTEXT_CONSTRUCTED | 3,
  DIRECTORY_NAME = DER_CONTEXT_CONSTRUCTED | 4,
  EDI_PARTY_NAME = DER_CONTEXT_CONSTRUCTED | 5,
  URI = DER_CONTEXT | 6,
  ADDRESS = DER_CONTEXT | 7,
  REGISTERED_ID = DER_CONTEXT | 8
};

struct subtree {
  struct element base;
  bool has_distances;  // RFC 5280 has no use for them: minimum is 0, and there is no maximum
};

// Is a name within a subtree? UNKNOWN: one of the two cannot be read, and the certificate is refused.
enum within {
  OUTSIDE,
  WITHIN,
  UNKNOWN
};

// ---- Reading -------------------------------------------------------------------------------------

static bool sole_sequence(plugtls_bytes value, plugtls_bytes *out) {
  return next_contents(&value, DER_SEQUENCE, out) && value.size == 0;
}

static bool is_general_name(const struct element *name) {
  switch (name->tag) {
    case DIRECTORY_NAME:  // stands within a tag of its own: the choice is EXPLICIT
      return is_directory_name(name->contents);
    case OTHER_NAME:
    case MAILBOX:
    case DNS_NAME:
    case X400_ADDRESS:
    case EDI_PARTY_NAME:
    case URI:
    case ADDRESS:
    case REGISTERED_ID:
      return true;
    default:
      return false;
  }
}

static bool is_address_size(size_t size) {
  return size == 4 || size == 16;
}

bool read_alt_names(plugtls_bytes value, plugtls_bytes *out) {
  if (!sole_sequence(value, out)) return false;
  for (plugtls_bytes rest = *out; rest.size > 0;) {
    struct element name;
    if (!next_element(&rest, &name) || !is_general_name(&name)) return false;
    if (name.tag == ADDRESS && !is_address_size(name.contents.size)) return false;
  }
  return true;
}

static bool is_zero(plugtls_bytes integer) {
  return integer.size == 1 && integer.data[0] == 0;
}

static bool next_subtree(plugtls_bytes *subtrees, struct subtree *out) {
  plugtls_bytes members, minimum, maximum;
  if (!next_contents(subtrees, DER_SEQUENCE, &members) || !next_element(&members, &out->base))
    return false;
  out->has_distances = next_contents(&members, DER_CONTEXT | 0, &minimum) && !is_zero(minimum);
  if (next_contents(&members, DER_CONTEXT | 1, &maximum)) out->has_distances = true;
  return members.size == 0 && is_general_name(&out->base);
}

static bool are_subtrees(plugtls_bytes subtrees) {
  struct subtree one;
  while (subtrees.size > 0)
    if (!next_subtree(&subtrees, &one)) return false;
  return true;
}

bool read_constraints(plugtls_bytes value, struct constraints *out) {
  plugtls_bytes members;
  *out = (struct constraints){{NULL, 0}, {NULL, 0}};
  if (!sole_sequence(value, &members)) return false;
  (void)next_contents(&members, DER_CONTEXT_CONSTRUCTED | 0, &out->permitted);
  (void)next_contents(&members, DER_CONTEXT_CONSTRUCTED | 1, &out->excluded);
  return members.size == 0 && are_subtrees(out->permitted) && are_subtrees(out->excluded);
}

// ---- A name and a subtree --------------------------------------------------------------------------

static enum within within_if(bool yes) {
  return yes ? WITHIN : OUTSIDE;
}

static bool begins_with(plugtls_bytes text, char c) {
  return text.size > 0 && text.data[0] == (uint8_t)c;
}

static bool ends_with(plugtls_bytes text, plugtls_bytes end) {
  return text.size >= end.size && same_text(from(text, text.size - end.size), end);
}

// The whole of it if it is not there.
static plugtls_bytes up_to(plugtls_bytes text, char c) {
  const uint8_t *at = find(text, c);
  return at == NULL ? text : (plugtls_bytes){text.data, (size_t)(at - text.data)};
}

static const uint8_t *find_last(plugtls_bytes text, char c) {
  return text.size == 0 ? NULL : memrchr(text.data, c, text.size);
}

static plugtls_bytes behind(plugtls_bytes text, const uint8_t *at) {
  return from(text, (size_t)(at - text.data) + 1);
}

// A subtree `.example.test` is what lies below example.test, `example.test` is that and the name itself; an empty one is
// everything.
static enum within dns_within(plugtls_bytes name, plugtls_bytes base) {
  if (base.size == 0 || name.size == base.size)
    return within_if(base.size == 0 || same_text(name, base));
  if (!ends_with(name, base)) return OUTSIDE;
  return within_if(begins_with(base, '.') || name.data[name.size - base.size - 1] == '.');
}

// A wildcard speaks for names that an excluded subtree just below it holds: `*.example.test` for `server.example.test`.
static bool wildcard_reaches(plugtls_bytes name, plugtls_bytes excluded) {
  if (name.size < 2 || memcmp(name.data, "*.", 2) != 0 || begins_with(excluded, '.')) return false;
  const uint8_t *dot = find(excluded, '.');
  return dot != NULL && same_text(from(excluded, (size_t)(dot - excluded.data)), from(name, 1));
}

// An address and, as the subtree, a network and its mask.
static enum within address_within(plugtls_bytes address, plugtls_bytes network) {
  if (!is_address_size(address.size) || network.size % 2 != 0 || !is_address_size(network.size / 2))
    return UNKNOWN;
  if (network.size != 2 * address.size) return OUTSIDE;
  const uint8_t *mask = network.data + address.size;
  for (size_t i = 0; i < address.size; ++i)
    if ((address.data[i] & mask[i]) != (network.data[i] & mask[i])) return OUTSIDE;
  return WITHIN;
}

// A host, or, with a dot before it, the hosts below one.
static enum within host_within(plugtls_bytes host, plugtls_bytes base) {
  if (!begins_with(base, '.')) return within_if(same_text(host, base));
  return within_if(host.size > base.size && ends_with(host, base));
}

// The local part is the receiving host's own affair: its case counts.
static bool same_local_part(plugtls_bytes a, plugtls_bytes b) {
  return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

// A subtree is a mailbox, or hosts.
static enum within mailbox_within(plugtls_bytes mailbox, plugtls_bytes base) {
  const uint8_t *at = find_last(mailbox, '@'), *base_at = find_last(base, '@');
  if (at == NULL || find(mailbox, '\0') != NULL) return UNKNOWN;
  const plugtls_bytes host = behind(mailbox, at);
  if (base_at == NULL) return host_within(host, base);
  const plugtls_bytes local = {mailbox.data, (size_t)(at - mailbox.data)};
  const plugtls_bytes base_local = {base.data, (size_t)(base_at - base.data)};
  return within_if((base_local.size == 0 || same_local_part(local, base_local)) &&
                   same_text(host, behind(base, base_at)));
}

// The host of `scheme://user@host:port/path`; empty if there is none.
static plugtls_bytes host_of_uri(plugtls_bytes uri) {
  const plugtls_bytes rest = from(uri, up_to(uri, ':').size);
  if (rest.size < 3 || memcmp(rest.data, "://", 3) != 0) return (plugtls_bytes){NULL, 0};
  plugtls_bytes host = up_to(up_to(up_to(from(rest, 3), '/'), '?'), '#');
  const uint8_t *at = find_last(host, '@');
  if (at != NULL) host = behind(host, at);
  return up_to(host, ':');
}

// RFC 5280: a host that is no name, but an address, cannot be held against this constraint.
static enum within uri_within(plugtls_bytes uri, plugtls_bytes base) {
  const plugtls_bytes host = host_of_uri(uri);
  if (host.size == 0 || begins_with(host, '[')) return UNKNOWN;
  const uint8_t last = host.data[host.size - 1];
  return last >= '0' && last <= '9' ? UNKNOWN : host_within(host, base);
}

static enum within directory_within(plugtls_bytes name, plugtls_bytes base) {
  const enum name_order order = compare_directory_names(name, base, true);
  return order == NAMES_UNKNOWN ? UNKNOWN : within_if(order == NAMES_SAME);
}

// Both are GeneralNames of the same choice. A dot at the end of a DNS name names the same host.
static enum within name_within(const struct element *name, const struct element *base) {
  switch (name->tag) {
    case DNS_NAME:
      return dns_within(without_dot(name->contents), without_dot(base->contents));
    case ADDRESS:
      return address_within(name->contents, base->contents);
    case MAILBOX:
      return mailbox_within(name->contents, base->contents);
    case URI:
      return uri_within(name->contents, base->contents);
    case DIRECTORY_NAME:
      return directory_within(name->contents, base->contents);
    default:
      return UNKNOWN;
  }
}

// ---- A name and what a CA has of subtrees ------------------------------------------------------------

// What cannot be compared is not found to be permitted.
static bool is_permitted(const struct element *name, plugtls_bytes permitted) {
  bool constrained = false, found = false;
  while (permitted.size > 0) {
    struct subtree one;
    if (!next_subtree(&permitted, &one)) return false;
    if (one.base.tag != name->tag) continue;
    if (one.has_distances) return false;
    constrained = true;
    found = found || name_within(name, &one.base) == WITHIN;
  }
  return found || !constrained;
}

// What cannot be compared may be excluded, and is taken to be.
static bool is_excluded(const struct element *name, plugtls_bytes excluded) {
  while (excluded.size > 0) {
    struct subtree one;
    if (!next_subtree(&excluded, &one)) return true;
    if (one.base.tag != name->tag) continue;
    if (one.has_distances || name_within(name, &one.base) != OUTSIDE) return true;
    if (name->tag == DNS_NAME &&
        wildcard_reaches(without_dot(name->contents), without_dot(one.base.contents)))
      return true;
  }
  return false;
}

static bool name_allowed(uint8_t tag, plugtls_bytes contents, const struct constraints *issuer) {
  const struct element name = {tag, contents, {NULL, 0}};
  return is_permitted(&name, issuer->permitted) && !is_excluded(&name, issuer->excluded);
}

static bool has_subtree(plugtls_bytes subtrees, uint8_t tag) {
  struct subtree one;
  while (next_subtree(&subtrees, &one))
    if (one.base.tag == tag) return true;
  return false;
}

// ---- A certificate's names -----------------------------------------------------------------------------

static bool alt_names_allowed(plugtls_bytes alt_names, const struct constraints *issuer) {
  while (alt_names.size > 0) {
    struct element name;
    if (!next_element(&alt_names, &name) || !name_allowed(name.tag, name.contents, issuer))
      return false;
  }
  return true;
}

static bool has_dns_name(plugtls_bytes alt_names) {
  struct element name;
  while (next_element(&alt_names, &name))
    if (name.tag == DNS_NAME) return true;
  return false;
}

static bool is_of_label(uint8_t c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-';
}

static bool is_label(plugtls_bytes label) {
  if (label.size == 0 || label.data[0] == '-' || label.data[label.size - 1] == '-') return false;
  for (size_t i = 0; i < label.size; ++i)
    if (!is_of_label(label.data[i])) return false;
  return true;
}

// Could somebody take this common name for a DNS name: labels of letters, digits, hyphens and underscores, two at least?
static bool looks_like_dns_name(plugtls_bytes text) {
  plugtls_bytes label = up_to(text, '.');
  if (label.size == text.size) return false;
  while (label.size < text.size && is_label(label)) {
    text = from(text, label.size + 1);
    label = up_to(text, '.');
  }
  return label.size == text.size && is_label(label);
}

// A mail address in the subject is held against constraints too (RFC 5280, 4.2.1.10).
static bool email_allowed(const struct element *text, const struct constraints *issuer) {
  return text->tag == DER_IA5_STRING && name_allowed(MAILBOX, text->contents, issuer);
}

// So is, where there is no DNS name, a common name that could be one. Nothing here ever matches it (RFC 9525), but other
// programs do, and a constrained CA must not have written it.
static bool common_name_allowed(const struct element *text, const struct constraints *issuer) {
  if (!is_comparable(text))
    return !has_subtree(issuer->permitted, DNS_NAME) && !has_subtree(issuer->excluded, DNS_NAME);
  if (find(text->contents, '\0') != NULL) return false;
  return !looks_like_dns_name(text->contents) || name_allowed(DNS_NAME, text->contents, issuer);
}

static bool is(const struct attribute *one, const char *oid, size_t size) {
  return one->type.size == size && memcmp(one->type.data, oid, size) == 0;
}

static bool subject_allowed(const struct names *names, const struct constraints *issuer) {
  struct attributes rest = attributes_of(names->subject);
  struct attribute one;
  if (!rest.malformed && rest.rdns.size == 0) return true;
  if (!name_allowed(DIRECTORY_NAME, names->subject, issuer)) return false;
  const bool common_names = names->leaf && !has_dns_name(names->alt_names);
  while (next_attribute(&rest, &one)) {
    if (is(&one, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9) && !email_allowed(&one.value, issuer))
      return false;
    if (common_names && is(&one, "\x55\x04\x03", 3) && !common_name_allowed(&one.value, issuer))
      return false;
  }
  return !rest.malformed;
}

static size_t count_elements(plugtls_bytes list) {
  struct element unused;
  size_t out = 0;
  while (next_element(&list, &unused))
    ++out;
  return out;
}

static size_t count_names(const struct names *names) {
  struct attributes rest = attributes_of(names->subject);
  struct attribute unused;
  size_t out = count_elements(names->alt_names);
  while (next_attribute(&rest, &unused))
    ++out;
  return out;
}

int32_t judge_names(const struct names *names, const struct constraints *issuer) {
  const size_t constraints = count_elements(issuer->permitted) + count_elements(issuer->excluded);
  const size_t count = count_names(names);
  if (constraints == 0) return PLUGTLS_E_NONE;
  if (count > 0 && constraints > MOST_COMPARISONS / count) return PLUGTLS_E_CERT_OTHER;
  const bool allowed =
      subject_allowed(names, issuer) && alt_names_allowed(names->alt_names, issuer);
  return allowed ? PLUGTLS_E_NONE : PLUGTLS_E_CERT_NAME_CONSTRAINTS;
}
