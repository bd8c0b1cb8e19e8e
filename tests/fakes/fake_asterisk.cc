#include "tests/fakes/fake_asterisk.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/loop/loop_timers.h"
#include "tests/fakes/asterisk_json.h"

namespace benari::fakes {

using nlohmann::json;

// Everything but the constructor and Run lives on the fake's thread.
class FakeAsterisk::Impl {
 public:
  explicit Impl(FakeAsteriskOptions options)
      : options_(std::move(options)),
        authorization_("Basic " + absl::Base64Escape(options_.user + ":" + options_.password)),
        legs_(loop_, options_.rtp_bind, options_.record, options_.speaks_every, options_.pauses),
        model_(timers_, ModelOptions()),
        server_(loop_, options_.listen, options_.limits, Handlers()) {
    model_.feed().Watch([this](const Notice& notice) {
      if (options_.on_event) options_.on_event(notice);
      const auto* const entered = std::get_if<control::ari::ChannelEnteredBridge>(&notice.event);
      if (options_.speaks_at_once && entered != nullptr) legs_.SpeakIn(entered->bridge_id);
    });
    legs_.Start(model_);
    server_.Start();
    http_ = server_.endpoint();
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Impl() {
    loop_.stop();
    thread_.join();
  }

  // Runs `function` on the fake's thread and gives its result.
  template <typename Function>
  auto Run(Function function) -> std::invoke_result_t<Function> {
    if (loop_.get_executor().running_in_this_thread()) return function();
    std::packaged_task<std::invoke_result_t<Function>()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(loop_, [&task] { task(); });
    return result.get();
  }

  AsteriskModel& model() { return model_; }
  HttpServer& server() { return server_; }
  RtpLegs& legs() { return legs_; }
  const Endpoint& http() const { return http_; }
  void set_answer_delay(Clock::Duration delay) { answer_delay_ = delay; }

  void DropWebSockets() {
    const std::map<WebSocketPeer*, Subscribed> peers = peers_;
    for (const auto& [peer, subscribed] : peers) subscribed.peer->Close();
  }
  void Stop() {
    model_.Stop();
    server_.Stop();
  }
  void Start() {
    server_.Start();
    model_.Start();
  }

 private:
  struct Subscribed {
    std::shared_ptr<WebSocketPeer> peer;
    std::string app;
    SubscriberId id = 0;
  };

  AsteriskOptions ModelOptions() {
    AsteriskOptions model = options_.model;
    model.open_rtp = [this](const std::string& channel_id) { return legs_.Open(channel_id); };
    return model;
  }

  HttpHandlers Handlers() {
    HttpHandlers handlers;
    handlers.on_request = [this](const HttpRequest& request) { return Answer(request); };
    handlers.answer_delay = [this] { return answer_delay_ + model_.DrawAnswerDelay(); };
    handlers.on_upgrade = [this](const HttpRequest& request) { return RefuseUpgrade(request); };
    handlers.on_open = [this](std::shared_ptr<WebSocketPeer> peer, const HttpRequest& request) {
      Subscribe(std::move(peer), ParseTarget(request.target).query["app"]);
    };
    handlers.on_message = [this](WebSocketPeer& peer, const std::string& text) { AnswerOver(peer, text); };
    handlers.on_closed = [this](WebSocketPeer& peer) {
      const auto found = peers_.find(&peer);
      if (found == peers_.end()) return;
      model_.feed().Unsubscribe(found->second.id);
      peers_.erase(found);
    };
    return handlers;
  }

  bool Authorized(const HttpRequest& request) const {
    const Target target = ParseTarget(request.target);
    const auto key = target.query.find("api_key");
    if (key != target.query.end()) return key->second == options_.user + ":" + options_.password;
    return request.authorization == authorization_;
  }

  std::optional<HttpReply> Reject(const HttpRequest& request) const {
    if (!absl::StartsWith(request.target, "/ari")) return HttpReply{404, "<h1>Not Found</h1>", "text/html"};
    if (Authorized(request)) return std::nullopt;
    HttpReply reply = MessageReply(401, "Authentication required");
    reply.challenge = true;
    return reply;
  }

  HttpReply Answer(const HttpRequest& request) {
    HttpReply reply;
    if (std::optional<HttpReply> rejected = Reject(request)) {
      reply = *std::move(rejected);
    } else {
      try {
        reply = Route(model_, request);
      } catch (const std::system_error& error) {
        reply = MessageReply(500, absl::StrCat("the fake has no RTP socket: ", error.what()));
      }
    }
    if (options_.on_request) options_.on_request(request, reply.status);
    return reply;
  }

  std::optional<HttpReply> RefuseUpgrade(const HttpRequest& request) {
    if (std::optional<HttpReply> rejected = Reject(request)) return rejected;
    const Target target = ParseTarget(request.target);
    if (target.path != "/ari/events") return MessageReply(404, "Resource not found");
    const auto app = target.query.find("app");
    if (app == target.query.end() || app->second.empty()) return MessageReply(400, "Missing parameter app");
    return std::nullopt;
  }

  void Subscribe(std::shared_ptr<WebSocketPeer> peer, const std::string& app) {
    WebSocketPeer* const key = peer.get();
    const auto on_event = [key](const Notice& notice) { key->Send(EventJson(notice).dump()); };
    const auto on_closed = [key] { key->Close(); };
    peers_[key] = Subscribed{std::move(peer), app, 0};
    peers_[key].id = model_.feed().Subscribe(app, on_event, on_closed);
  }

  // REST over the event WebSocket, as Asterisk 22 has it.
  void AnswerOver(WebSocketPeer& peer, const std::string& text) {
    const json message = json::parse(text, nullptr, /*allow_exceptions=*/false);
    const auto member = [&message](const char* name) {
      return message.is_object() && message.contains(name) && message[name].is_string()
                 ? message[name].get<std::string>()
                 : std::string();
    };
    HttpReply reply = MessageReply(400, "No 'type' property.");
    const std::string uri = member("uri");
    if (member("type") == "RESTRequest") {
      HttpRequest request{member("method"), "/ari/" + uri, authorization_, member("content_type"),
                          member("message_body")};
      reply = Answer(request);
    }
    json response = {{"type", "RESTResponse"},
                     {"transaction_id", member("transaction_id")},
                     {"request_id", member("request_id")},
                     {"status_code", reply.status},
                     {"uri", uri.substr(0, uri.find('?'))},
                     {"timestamp", Iso8601(timers_.WallNow())}};
    if (!reply.body.empty()) {
      response["content_type"] = reply.content_type;
      response["message_body"] = reply.body;
    }
    const auto found = peers_.find(&peer);
    if (found == peers_.end()) return;
    response["application"] = found->second.app;
    SendLater(found->second.peer, response.dump());
  }

  void SendLater(std::weak_ptr<WebSocketPeer> peer, std::string text) {
    const uint64_t id = ++last_answer_;
    const Clock::Time when = timers_.Now() + answer_delay_ + model_.DrawAnswerDelay();
    answers_[id] = timers_.CallAt(when, [this, id, peer = std::move(peer), text = std::move(text)] {
      if (const auto open = peer.lock()) open->Send(text);
      answers_.erase(id);
    });
  }

  const FakeAsteriskOptions options_;
  const std::string authorization_;
  boost::asio::io_context loop_{1};
  control::LoopTimers timers_{loop_.get_executor()};
  RtpLegs legs_;
  AsteriskModel model_;
  std::map<WebSocketPeer*, Subscribed> peers_;
  std::map<uint64_t, std::unique_ptr<control::Timer>> answers_;
  uint64_t last_answer_ = 0;
  Clock::Duration answer_delay_{};
  HttpServer server_;
  Endpoint http_;
  std::thread thread_;
};

FakeAsterisk::FakeAsterisk(FakeAsteriskOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
FakeAsterisk::~FakeAsterisk() = default;

Endpoint FakeAsterisk::http() const { return impl_->http(); }

std::string FakeAsterisk::PlaceCall(const CallerArgs& args) {
  return impl_->Run([&] { return impl_->model().CallerArrives(args); });
}
void FakeAsterisk::HangUpCaller(const std::string& channel_id) {
  impl_->Run([&] { impl_->model().CallerHangsUp(channel_id); });
}
void FakeAsterisk::HangUpDestination(const std::string& channel_id) {
  impl_->Run([&] { impl_->model().DestinationHangsUp(channel_id); });
}
void FakeAsterisk::SetDestination(const std::string& number, const Destination& destination) {
  impl_->Run([&] { impl_->model().SetDestination(number, destination); });
}
void FakeAsterisk::SetAnswerDelay(std::chrono::milliseconds delay) {
  impl_->Run([&] { impl_->set_answer_delay(delay); });
}
void FakeAsterisk::DropWebSocket() {
  impl_->Run([&] { impl_->DropWebSockets(); });
}
void FakeAsterisk::Stop() {
  impl_->Run([&] { impl_->Stop(); });
}
void FakeAsterisk::Start() {
  impl_->Run([&] { impl_->Start(); });
}
bool FakeAsterisk::Serves(const std::string& app) const {
  return impl_->Run([&] { return impl_->model().Serves(app); });
}
Heard FakeAsterisk::CallerHeard(const std::string& caller_id) const {
  return impl_->Run([&] { return impl_->legs().HeardBy(caller_id); });
}
std::optional<Ended> FakeAsterisk::EndOf(const std::string& channel_id) const {
  return impl_->Run([&] { return impl_->model().EndOf(channel_id); });
}
std::string FakeAsterisk::Leftovers() const {
  return impl_->Run([&] { return impl_->model().Leftovers(); });
}
size_t FakeAsterisk::open_rtp_sockets() const {
  return impl_->Run([&] { return impl_->legs().open_sockets(); });
}
int FakeAsterisk::http_connections() const {
  return impl_->Run([&] { return impl_->server().connections(); });
}
int FakeAsterisk::refused_connections() const {
  return impl_->Run([&] { return impl_->server().refused_connections(); });
}
void FakeAsterisk::Inspect(const std::function<void(const AsteriskModel&)>& look) const {
  impl_->Run([&] { look(impl_->model()); });
}

bool FakeAsterisk::WaitUntil(const std::function<bool(const AsteriskModel&)>& holds,
                             std::chrono::milliseconds patience) const {
  constexpr std::chrono::milliseconds kBetweenLooks(5);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!impl_->Run([&] { return holds(impl_->model()); })) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace benari::fakes
