#include "media/link/links.h"

#include <algorithm>
#include <utility>

#include "media/link/attention.h"
#include "media/link/link_thread.h"

namespace benari::media {

namespace {

// A stream, and the budget that its queue gives back to, which may outlive the links.
struct Stream {
  Stream(uint64_t max_queued_bytes, std::shared_ptr<AudioBudget> of, std::function<void()> wake_link)
      : budget(std::move(of)), stream(max_queued_bytes, *budget, std::move(wake_link)) {}

  const std::shared_ptr<AudioBudget> budget;
  BotStream stream;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Links>> Links::Start(const LinkOptions& options) {
  auto tls = ClientTls::Load(options.tls);
  if (!tls.ok()) return tls.status();
  std::unique_ptr<Links> links(new Links(options));
  const auto names = std::make_shared<net::NameResolver>(options.look_up);
  for (size_t i = 0; i < std::max<size_t>(1, options.threads); ++i) {
    auto wanting = AttentionList::Create();
    if (!wanting.ok()) return wanting.status();
    links->threads_.push_back(
        std::make_unique<LinkThread>(links->options_, *tls, names, *std::move(wanting)));
  }
  return links;
}

Links::Links(const LinkOptions& options)
    : options_(options), budget_(std::make_shared<AudioBudget>(options.max_queued_bytes_of_node)) {}

Links::~Links() = default;

std::shared_ptr<BotStream> Links::Dial(const BotConfig& config) {
  LinkThread& thread = *threads_[dialled_++ % threads_.size()];
  auto attention = std::make_shared<Attention>(thread.wanting());
  auto held =
      std::make_shared<Stream>(options_.max_queued_bytes, budget_, [attention] { attention->Want(); });
  std::shared_ptr<BotStream> stream(held, &held->stream);
  thread.Dial(config, stream, std::move(attention));
  return stream;
}

}  // namespace benari::media
