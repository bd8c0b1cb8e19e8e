#include "media/rpc/field_errors.h"

#include "absl/strings/str_cat.h"
#include "common/shown.h"
#include "media/rpc/validation.h"

namespace benari::media {

namespace {

constexpr size_t kMaxOwnerName = 32;
constexpr size_t kMaxLeaseId = 200;

bool IsAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsName(absl::string_view text, size_t max_size, absl::string_view punctuation) {
  if (text.empty() || text.size() > max_size) return false;
  for (const char c : text) {
    if (!IsAlphanumeric(c) && punctuation.find(c) == absl::string_view::npos) return false;
  }
  return true;
}

}  // namespace

void FieldErrors::Require(bool ok, absl::string_view field, absl::string_view value,
                          absl::string_view accepted) {
  if (!ok) absl::StrAppend(&text_, text_.empty() ? "" : "; ", field, " ", value, ": accepted is ", accepted);
}

void FieldErrors::Owner(const v1::Owner& owner) {
  OwnerName("owner.name", owner.name());
  Require(owner.epoch() >= 1 && owner.epoch() <= kMaxEpoch, "owner.epoch", absl::StrCat(owner.epoch()),
          absl::StrCat("1..", kMaxEpoch));
}

void FieldErrors::OwnerName(absl::string_view field, absl::string_view name) {
  Require(IsName(name, kMaxOwnerName, "_-"), field, Shown(name), "1..32 of A-Z a-z 0-9 _ -");
}

void FieldErrors::LeaseId(absl::string_view field, absl::string_view id) {
  Require(IsName(id, kMaxLeaseId, "._:;@+~-"), field, Shown(id), "1..200 of A-Z a-z 0-9 . _ : ; @ + ~ -");
}

void FieldErrors::Ttl(uint32_t ttl_ms, uint32_t max_ttl_ms) {
  Require(ttl_ms >= 1 && ttl_ms <= max_ttl_ms, "ttl_ms", absl::StrCat(ttl_ms),
          absl::StrCat("1..", max_ttl_ms));
}

}  // namespace benari::media
