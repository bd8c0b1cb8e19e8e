#include "media/link/link_thread.h"

#include <poll.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "common/batch_window.h"
#include "common/net/address_book.h"

namespace benari::media {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr size_t kMaxAddressBooks = 256;
constexpr std::chrono::milliseconds kGrace{200};  // after the time that each link has
}  // namespace

LinkThread::LinkThread(const LinkOptions& options, std::shared_ptr<ClientTls> tls,
                       std::shared_ptr<net::NameResolver> names, std::shared_ptr<AttentionList> wanting)
    : options_(options),
      wanting_(std::move(wanting)),
      descriptor_(io_, dup(wanting_->fd())),
      deadline_(io_),
      shared_{io_.get_executor(),
              options_,
              std::move(tls),
              std::move(names),
              [this](const net::Url& url) { return AddressesOf(url); },
              [this](Link* link) { Remove(link); }} {
  WaitForAttention();
  thread_ = std::thread([this] { Run(); });
}

// Messages share wake-ups as packets do: what bots send while messages are gathered is read with the frames
// that the worker has gathered meanwhile.
void LinkThread::Run() {
  BatchWindow window(options_.batch_window);
  while (!io_.stopped()) {
    looked_ = 0;
    size_t handled = 0;
    if (const auto until = window.GatherUntil()) {
      Gather(*until);
    } else {
      handled = io_.run_one();
    }
    handled += io_.poll();
    window.OnRound(std::chrono::steady_clock::now(), handled + looked_);
  }
}

void LinkThread::Gather(std::chrono::steady_clock::time_point until) const {
  const auto left = until - std::chrono::steady_clock::now();
  if (left <= left.zero()) return;
  pollfd wanted = {.fd = wanting_->fd(), .events = POLLIN, .revents = 0};
  const timespec timeout = {.tv_sec = 0, .tv_nsec = left.count()};
  ppoll(&wanted, 1, &timeout, nullptr);
}

LinkThread::~LinkThread() {
  asio::post(io_, [this] { StopAll(); });
  thread_.join();
  wanting_->Close();
  links_.clear();
}

void LinkThread::Dial(const BotConfig& config, std::shared_ptr<BotStream> stream,
                      std::shared_ptr<Attention> attention) {
  asio::post(io_, [this, config, stream = std::move(stream), attention = std::move(attention)]() mutable {
    Add(config, std::move(stream), std::move(attention));
  });
}

void LinkThread::Add(const BotConfig& config, std::shared_ptr<BotStream> stream,
                     std::shared_ptr<Attention> attention) {
  if (stopping_) return;
  auto link = std::make_shared<Link>(shared_, config, std::move(stream));
  attention->link = link.get();
  links_[link.get()] = {link, std::move(attention)};
  link->Start();
  link->OnWoken();  // it may have been stopped before
}

void LinkThread::Remove(Link* link) {
  const auto at = links_.find(link);
  if (at == links_.end()) return;
  at->second.attention->link = nullptr;
  links_.erase(at);
  if (stopping_ && links_.empty()) io_.stop();
}

void LinkThread::WaitForAttention() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& ec) {
    if (ec) return;
    for (auto each = wanting_->Take(); each != nullptr;) {
      auto next = each->TakeNext();
      if (each->link != nullptr) {
        ++looked_;
        const auto link = each->link->shared_from_this();  // may be over after it
        link->OnWoken();
      }
      each = std::move(next);
    }
    WaitForAttention();
  });
}

void LinkThread::StopAll() {
  stopping_ = true;
  if (links_.empty()) return io_.stop();
  deadline_.expires_after(options_.stop_timeout + kGrace);
  deadline_.async_wait([this](const error_code& ec) {
    if (!ec) io_.stop();
  });
  std::vector<std::shared_ptr<Link>> links;
  for (const auto& [link, entry] : links_) links.push_back(entry.link);
  for (const auto& link : links) link->Stop();
}

std::shared_ptr<net::AddressBook> LinkThread::AddressesOf(const net::Url& url) {
  if (addresses_.size() >= kMaxAddressBooks) {
    std::erase_if(addresses_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  auto& book = addresses_[Endpoint(url.host, url.port).ToString()];
  if (book == nullptr) book = std::make_shared<net::AddressBook>();
  return book;
}

}  // namespace benari::media
