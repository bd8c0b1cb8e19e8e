#include "tests/fakes/test_client.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/strings/escaping.h"

namespace benari::fakes {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds kPatience(10);

tcp::endpoint Address(const Endpoint& server) { return {asio::ip::make_address(server.host), server.port}; }

std::string Authorization(const std::string& credentials) {
  return "Basic " + absl::Base64Escape(credentials);
}

}  // namespace

class TestHttp::Impl {
 public:
  Impl(const Endpoint& server, const std::string& credentials)
      : authorization_(Authorization(credentials)), stream_(loop_) {
    stream_.socket().connect(Address(server));
  }

  TestReply Request(const std::string& method, const std::string& target, const std::string& body) {
    http::request<http::string_body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::authorization, authorization_);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    error_code error;
    http::write(stream_, request, error);
    http::response<http::string_body> response;
    if (!error) http::read(stream_, buffer_, response, error);
    if (error) return {};
    return {static_cast<int>(response.result_int()), json::parse(response.body(), nullptr, false),
            std::string(response[http::field::www_authenticate])};
  }

 private:
  const std::string authorization_;
  asio::io_context loop_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
};

TestHttp::TestHttp(const Endpoint& server, const std::string& credentials)
    : impl_(std::make_unique<Impl>(server, credentials)) {}
TestHttp::~TestHttp() = default;
TestReply TestHttp::Request(const std::string& method, const std::string& target,
                            const std::string& json_body) {
  return impl_->Request(method, target, json_body);
}

class TestEvents::Impl {
 public:
  Impl(const Endpoint& server, const std::string& app, const std::string& credentials) : stream_(loop_) {
    beast::get_lowest_layer(stream_).connect(Address(server));
    const std::string authorization = Authorization(credentials);
    stream_.set_option(beast::websocket::stream_base::decorator(
        [authorization](auto& request) { request.set(http::field::authorization, authorization); }));
    stream_.handshake("localhost", "/ari/events?app=" + app);
    thread_ = std::thread([this] { Read(); });
  }

  ~Impl() {
    error_code ignored;
    beast::get_lowest_layer(stream_).shutdown(tcp::socket::shutdown_both, ignored);
    thread_.join();
  }

  void Send(const std::string& text) { stream_.write(asio::buffer(text)); }

  json Await(const std::string& type, const std::string& channel) {
    std::unique_lock<std::mutex> lock(mutex_);
    json found;
    known_.wait_for(lock, kPatience, [&] {
      for (const json& event : events_) {
        if (event["type"] != type || (!channel.empty() && ChannelOf(event) != channel)) continue;
        found = event;
        return true;
      }
      return false;
    });
    return found;
  }

  bool AwaitClosed() {
    std::unique_lock<std::mutex> lock(mutex_);
    return known_.wait_for(lock, kPatience, [&] { return closed_; });
  }

  std::vector<json> Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::vector<json> taken(events_.begin() + static_cast<std::ptrdiff_t>(taken_), events_.end());
    taken_ = events_.size();
    return taken;
  }

  std::vector<std::string> TypesOf(const std::string& channel) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> types;
    for (const json& event : events_) {
      if (ChannelOf(event) == channel) types.push_back(event["type"]);
    }
    return types;
  }

 private:
  static std::string ChannelOf(const json& event) {
    const char* const member = event["type"] == "Dial" ? "peer" : "channel";
    return event.contains(member) ? event[member]["id"].get<std::string>() : "";
  }

  void Read() {
    beast::flat_buffer buffer;
    error_code error;
    while (true) {
      stream_.read(buffer, error);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (error) closed_ = true;
      if (!error) events_.push_back(json::parse(beast::buffers_to_string(buffer.data())));
      buffer.consume(buffer.size());
      known_.notify_all();
      if (error) return;
    }
  }

  asio::io_context loop_;
  beast::websocket::stream<tcp::socket> stream_;
  mutable std::mutex mutex_;
  std::condition_variable known_;
  std::vector<json> events_;
  size_t taken_ = 0;
  bool closed_ = false;
  std::thread thread_;
};

TestEvents::TestEvents(const Endpoint& server, const std::string& app, const std::string& credentials)
    : impl_(std::make_unique<Impl>(server, app, credentials)) {}
TestEvents::~TestEvents() = default;
void TestEvents::Send(const std::string& text) { impl_->Send(text); }
json TestEvents::Await(const std::string& type, const std::string& channel) {
  return impl_->Await(type, channel);
}
bool TestEvents::AwaitClosed() { return impl_->AwaitClosed(); }
std::vector<json> TestEvents::Take() { return impl_->Take(); }
std::vector<std::string> TestEvents::TypesOf(const std::string& channel) const {
  return impl_->TypesOf(channel);
}

class TestEcho::Impl {
 public:
  explicit Impl(Fault fault)
      : fault_(fault), socket_(loop_, udp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Impl() {
    const udp::endpoint here = socket_.local_endpoint();
    udp::socket waker(loop_, udp::v4());
    waker.send_to(asio::buffer("", 1), here);  // one byte: the end
    thread_.join();
  }
  Endpoint endpoint() const { return {"127.0.0.1", socket_.local_endpoint().port()}; }

 private:
  void Run() {
    std::array<uint8_t, 2048> packet{};
    while (true) {
      udp::endpoint source;
      error_code error;
      const size_t size = socket_.receive_from(asio::buffer(packet), source, 0, error);
      if (size == 1) return;
      if (error || fault_ == Fault::kSilent) continue;
      if (fault_ != Fault::kSameSsrc) packet[8] ^= 0xff;
      if (fault_ == Fault::kOtherPayload) packet[100] ^= 0xff;
      socket_.send_to(asio::buffer(packet.data(), size), source, 0, error);
    }
  }

  const Fault fault_;
  asio::io_context loop_;
  udp::socket socket_;
  std::thread thread_;
};

TestEcho::TestEcho(Fault fault) : impl_(std::make_unique<Impl>(fault)) {}
TestEcho::~TestEcho() = default;
Endpoint TestEcho::endpoint() const { return impl_->endpoint(); }

}  // namespace benari::fakes
