#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "media/link/link_options.h"
#include "media/processor/bot/stream.h"

namespace benari::media {

class LinkThread;

// The links of a node, on threads of their own. Each stays on one thread. Thread-safe.
class Links : public BotDialer {
 public:
  // INVALID_ARGUMENT names a file of `options.tls` that cannot be used.
  static absl::StatusOr<std::unique_ptr<Links>> Start(const LinkOptions& options);
  // Closes the remaining links within `stop_timeout`. Streams may outlive it.
  ~Links() override;

  std::shared_ptr<BotStream> Dial(const BotConfig& config) override;

 private:
  explicit Links(const LinkOptions& options);

  const LinkOptions options_;
  const std::shared_ptr<AudioBudget> budget_;
  std::vector<std::unique_ptr<LinkThread>> threads_;
  std::atomic<size_t> dialled_ = 0;
};

}  // namespace benari::media
