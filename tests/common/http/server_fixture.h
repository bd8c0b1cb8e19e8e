#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/http/server.h"

namespace benari::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr seconds kPatience{30};

// A connection that sends what it is told and reads when it is told. Blocking.
class Client {
 public:
  explicit Client(const Endpoint& server) {
    stream_.expires_after(kPatience);
    stream_.connect(server.host, std::to_string(server.port));
    EXPECT_TRUE(stream_) << stream_.error().message();
  }
  // False: the server did not take all of it.
  bool Send(const std::string& text) { return static_cast<bool>(stream_ << text << std::flush); }
  // Until the server closes the connection.
  std::string ReadAll() {
    return {std::istreambuf_iterator<char>(stream_), std::istreambuf_iterator<char>()};
  }
  std::string ReadLine() {
    std::string line;
    std::getline(stream_, line);
    return line;
  }
  // Lines up to the first one that is `line`; false: there is none.
  bool ReadTo(const std::string& line) {
    while (stream_) {
      if (ReadLine() == line) return true;
    }
    return false;
  }
  bool timed_out() { return stream_.error() == asio::error::timed_out; }
  void Close() { stream_.close(); }

 private:
  tcp::iostream stream_;
};

class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override {
    asio::post(loop_, [this] { server_.reset(); });
    if (thread_.joinable()) thread_.join();  // ends once no connection is left
  }

  void Start(Limits limits = {}, TlsContext tls = nullptr) {
    Hooks hooks;
    hooks.on_connections = [](size_t) {};
    hooks.on_limit = [this](Limit limit) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++reached_[static_cast<size_t>(limit)];
      changed_.notify_all();
    };
    auto server = Server::Start(
        loop_.get_executor(), Endpoint("127.0.0.1", 0), limits,
        [this](Request request) { return Answer(std::move(request)); }, hooks, std::move(tls));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    at_ = server_->endpoint();
    thread_ = std::thread([this] { loop_.run(); });
  }
  // Returns once the server has it.
  void SetTls(TlsContext tls) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      server_->set_tls(std::move(tls));
      done.set_value();
    });
    done.get_future().wait();
  }
  std::string Ask(const std::string& request) {
    Client client(at_);
    client.Send(request);
    return client.ReadAll();
  }
  std::string Get(const std::string& path, const std::string& method = "GET") {
    return Ask(absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  }
  std::unique_ptr<Client> OpenStream(const std::string& path = "/stream") {
    auto client = std::make_unique<Client>(at_);
    client->Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\n\r\n"));
    return client;
  }
  bool Reached(Limit limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return reached_[static_cast<size_t>(limit)] > 0; });
  }

  Endpoint at_;
  std::atomic<size_t> flooded_bytes_{0};

 private:
  asio::awaitable<Reply> Answer(Request request) {
    Reply reply;
    reply.content_type = "text/plain";
    reply.body = absl::StrCat(request.method, " ", request.path);
    if (request.path == "/echo") {
      reply.body = absl::StrCat(request.method, "|", request.query, "|", request.content_type, "|",
                                request.authorization, "|", request.peer, "|", request.body);
    }
    if (request.path == "/large") reply.body = std::string(16 << 20, 'x');
    if (request.path == "/stream")
      reply.more = [n = 0]() mutable { return absl::StrCat("piece ", n++, "\n"); };
    if (request.path == "/flood") {
      reply.more = [this] {
        flooded_bytes_ += 1 << 20;
        return std::string(1 << 20, 'x');
      };
    }
    co_return reply;
  }

  asio::io_context loop_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<int, std::size(kAllLimits)> reached_{};
};

}  // namespace benari::http
