#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "benari/media/v1/media.pb.h"

namespace benari::media {

// Collects the invalid fields of a request, each with its value and what is accepted. Confined to one thread.
class FieldErrors {
 public:
  void Require(bool ok, absl::string_view field, absl::string_view value, absl::string_view accepted);

  void Owner(const v1::Owner& owner);
  void OwnerName(absl::string_view field, absl::string_view name);
  void LeaseId(absl::string_view field, absl::string_view id);
  void Ttl(uint32_t ttl_ms, uint32_t max_ttl_ms);

  // INVALID_ARGUMENT with all of them.
  absl::Status status() const { return text_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(text_); }

 private:
  std::string text_;
};

}  // namespace benari::media
