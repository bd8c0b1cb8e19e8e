#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "media/link/attention.h"
#include "media/link/link.h"

namespace benari::media {

// One thread and its links. Dial and the destructor may be called by any thread.
class LinkThread {
 public:
  LinkThread(const LinkOptions& options, std::shared_ptr<ClientTls> tls,
             std::shared_ptr<net::NameResolver> names, std::shared_ptr<AttentionList> wanting);
  // Closes its links, within `stop_timeout`.
  ~LinkThread();

  const std::shared_ptr<AttentionList>& wanting() const { return wanting_; }

  // Starts to dial; `attention` makes the link look at its stream.
  void Dial(const BotConfig& config, std::shared_ptr<BotStream> stream, std::shared_ptr<Attention> attention);

 private:
  void Add(const BotConfig& config, std::shared_ptr<BotStream> stream, std::shared_ptr<Attention> attention);
  void Remove(Link* link);
  void Run();
  // Sleeps until then, or until a link is to look at its stream.
  void Gather(std::chrono::steady_clock::time_point until) const;
  void WaitForAttention();
  void StopAll();
  std::shared_ptr<net::AddressBook> AddressesOf(const net::Url& url);

  const LinkOptions& options_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  const std::shared_ptr<AttentionList> wanting_;
  boost::asio::posix::stream_descriptor descriptor_;
  boost::asio::steady_timer deadline_;
  std::map<std::string, std::shared_ptr<net::AddressBook>> addresses_;  // by host and port
  Link::Thread shared_;
  struct Entry {
    std::shared_ptr<Link> link;
    std::shared_ptr<Attention> attention;
  };
  std::map<Link*, Entry> links_;
  size_t looked_ = 0;  // links that have looked at their streams, in this round
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace benari::media
