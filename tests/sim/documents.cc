#include "tests/sim/documents.h"

#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "control/twiml/parser.h"

namespace benari::sim {

namespace twiml = control::twiml;
using fakes::BotScript;
using fakes::Destination;
using fakes::FakeWebhookServer;
using fakes::Random;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr size_t kMostDocuments = 3;
constexpr int kNormal = 16, kBusy = 17, kRejected = 21, kCongestion = 34;  // Q.850
constexpr char kFallback[] = "http://bots/fallback";
constexpr char kStatus[] = " statusCallback='http://bots/status'";

std::string UrlOf(size_t number) { return absl::StrCat("http://bots/", number); }

// A later one, if there is one.
std::string DrawAction(Random& random, size_t number, size_t documents) {
  if (number >= documents || random.Flip()) return "";
  return absl::StrCat(" action='", UrlOf(number + 1), "'");
}

std::string DrawVerb(Random& random, size_t number, size_t documents) {
  const std::string action = DrawAction(random, number, documents);
  switch (random.Below(6)) {
    case 0:
      return absl::StrCat("<Pause length='", random.Below(3), "'/>");
    case 1:
      return random.Flip()   ? "<Gather/>"
             : random.Flip() ? "<Play>sound:beep</Play>"
                             : "<Play>tone:ring</Play>";
    case 2:
    case 3:
      return absl::StrCat("<Dial timeout='5'", action, ">",
                          random.Below(4) == 0 ? "<Number>4438007</Number><Number>1001</Number>" : "4438007",
                          "</Dial>");
    default:
      return absl::StrCat("<Connect", action, "><Stream url='ws://bot/", random.Flip() ? "first" : "second",
                          "'", kStatus, "/></Connect>");
  }
}

std::string DrawLastVerb(Random& random, size_t number, size_t documents) {
  const uint64_t kind = random.Below(10);
  if (kind < 3 && number < documents) return absl::StrCat("<Redirect>", UrlOf(number + 1), "</Redirect>");
  if (kind < 5) return "<Dial timeout='5'>4438007</Dial>";
  if (kind == 5) return "<Hangup/>";
  if (kind == 6) return random.Flip() ? "<Reject/>" : "<Reject reason='busy'/>";
  return "";
}

std::string DrawVerbs(Random& random, size_t number, size_t documents) {
  std::string document;
  const uint64_t verbs = random.Below(4);
  for (uint64_t i = 0; i < verbs; ++i) document += DrawVerb(random, number, documents);
  return document + DrawLastVerb(random, number, documents);
}

FakeWebhookServer::Reply DrawReply(Random& random, size_t number, size_t documents) {
  FakeWebhookServer::Reply reply;
  reply.fails = random.Below(8) == 0;
  if (random.Below(4) == 0) reply.delay += std::chrono::duration_cast<milliseconds>(random.UpTo(seconds(4)));
  if (random.Below(16) == 0) {  // for ever
    reply.document = "<Redirect/>";
    reply.delay = milliseconds(20);
    return reply;
  }
  reply.document = DrawVerbs(random, number, documents);
  return reply;
}

std::vector<twiml::Verb> VerbsOf(const std::string& text) {
  const auto document = twiml::Parse(absl::StrCat("<Response>", text, "</Response>"));
  return document.ok() ? document->verbs : std::vector<twiml::Verb>();
}

bool FailsAlways(const BotScript& bot, Clock::Duration reconnect) {
  if (bot.refused || !bot.ready_after.has_value() || *bot.ready_after > reconnect) return true;
  return bot.dies_after.has_value() && !(bot.back_after.has_value() && *bot.back_after <= reconnect);
}

bool IsAnswered(const Destination& destination) { return destination.kind == Destination::Kind::kAnswers; }

// Goes through documents as a caller does that nothing disturbs.
class Walk {
 public:
  struct Failure {
    std::string fallback_url;  // "": none
    control::AfterBot on_failure;
  };
  Walk(const Scenario& scenario, Failure failure, const std::vector<Destination>& met)
      : scenario_(scenario), failure_(std::move(failure)), met_(met) {}

  DocumentEnd RunAt(std::string url) {
    const FakeWebhookServer::Reply* reply = ReplyAt(&url);
    for (size_t asked = 0; reply != nullptr && asked <= kMostDocuments; ++asked) {
      const std::optional<std::string> next = DoAll(reply->document, url);
      if (!next.has_value()) return End();
      url = *next;
      reply = ReplyAt(&url);
    }
    return OnFailure();  // nobody answers, or it redirects to itself
  }
  // It leads to no other one.
  DocumentEnd Run(const std::string& document) {
    DoAll(document, "");
    return End();
  }

 private:
  // Of the fallback if the webhook fails, whose URL it is then; nullptr: both fail.
  const FakeWebhookServer::Reply* ReplyAt(std::string* url) const {
    for (const std::string& each : {*url, failure_.fallback_url}) {
      const auto found = scenario_.documents.find(each);
      if (found == scenario_.documents.end() || found->second.fails) continue;
      *url = each;
      return &found->second;
    }
    return nullptr;
  }

  // Where the call goes on; nullopt: nowhere.
  std::optional<std::string> DoAll(const std::string& document, const std::string& url) {
    for (const twiml::Verb& verb : VerbsOf(document)) {
      const std::optional<std::string> next = Do(verb, url);
      if (next.has_value() || end_.has_value()) return next;
    }
    return std::nullopt;
  }

  DocumentEnd End() {
    if (end_.has_value()) return *end_;
    return bot_failed_ ? OnFailure() : DocumentEnd{.cause = cause_};
  }

  // Where the call goes on in the place of the next verb.
  std::optional<std::string> Do(const twiml::Verb& verb, const std::string& document) {
    bot_failed_ = false;
    cause_ = kNormal;
    const auto at = [&document](const twiml::Callback& callback) -> std::optional<std::string> {
      return callback.url.empty() ? document : callback.url;
    };
    const auto unless_empty = [](const twiml::Callback& action) {
      return action.url.empty() ? std::nullopt : std::optional<std::string>(action.url);
    };
    if (const auto* stream = std::get_if<twiml::ConnectStream>(&verb)) {
      bot_failed_ = FailsAlways(scenario_.media.bots.at(stream->url), scenario_.call.bot.reconnect);
      return unless_empty(stream->action);
    }
    if (const auto* dial = std::get_if<twiml::Dial>(&verb)) {
      DoDial();
      return unless_empty(dial->action);
    }
    if (const auto* redirect = std::get_if<twiml::Redirect>(&verb)) return at(redirect->target);
    if (std::holds_alternative<twiml::Hangup>(verb)) end_ = DocumentEnd{.cause = kNormal};
    if (const auto* reject = std::get_if<twiml::Reject>(&verb))
      end_ = DocumentEnd{.cause = reject->reason == twiml::RejectReason::kBusy ? kBusy : kRejected};
    return std::nullopt;
  }

  void DoDial() {
    if (dials_ == met_.size()) {
      end_ = DocumentEnd{.kind = DocumentEnd::Kind::kDialsOn};
      return;
    }
    const Destination& destination = met_[dials_++];
    if (!IsAnswered(destination)) {
      cause_ = CauseOf(destination);
    } else if (!destination.hangs_up_after.has_value()) {
      end_ = DocumentEnd{.kind = DocumentEnd::Kind::kTalks};
    }
  }

  DocumentEnd OnFailure() {
    if (failure_.on_failure == control::AfterBot::kHangUp) return {.cause = kCongestion};
    cause_ = kNormal;
    DoDial();
    return end_.value_or(DocumentEnd{.cause = cause_});
  }

  const Scenario& scenario_;
  const Failure failure_;
  const std::vector<Destination>& met_;
  size_t dials_ = 0;
  bool bot_failed_ = false;  // by the last verb
  int cause_ = kNormal;      // if nothing follows
  std::optional<DocumentEnd> end_;
};

}  // namespace

void DrawDocuments(Scenario& scenario, Random& random) {
  scenario.call.flow = control::FlowKind::kWebhook;
  scenario.call.webhook.url = UrlOf(1);
  scenario.call.webhook.dial_out_endpoint = "Local/{number}@default/n";
  const size_t documents = 1 + random.Below(kMostDocuments);
  for (size_t number = 1; number <= documents; ++number)
    scenario.documents[UrlOf(number)] = DrawReply(random, number, documents);
  if (random.Flip()) {
    scenario.call.webhook.fallback_url = kFallback;
    scenario.documents[kFallback] = DrawReply(random, documents, documents);
  }
  scenario.call.bot.on_failure =
      random.Below(4) == 0 ? control::AfterBot::kHangUp : control::AfterBot::kTransfer;
}

std::string DrawDocument(Random& random) { return DrawVerbs(random, 1, 1); }

FakeWebhookServer::Reply DrawAnswer(Random& random) { return DrawReply(random, 1, 1); }

bool DocumentsMayHangUp(const Scenario& scenario) {
  const auto may_hang_up = [](const auto& each) {
    const std::vector<twiml::Verb> verbs = VerbsOf(each.second.document);
    const auto hangs_up = [](const twiml::Verb& verb) { return std::holds_alternative<twiml::Hangup>(verb); };
    if (verbs.empty() || std::any_of(verbs.begin(), verbs.end(), hangs_up)) return true;
    const auto* stream = std::get_if<twiml::ConnectStream>(&verbs.back());
    return std::holds_alternative<twiml::Pause>(verbs.back()) ||
           std::holds_alternative<twiml::Play>(verbs.back()) ||
           (stream != nullptr && stream->action.url.empty());
  };
  return std::any_of(scenario.documents.begin(), scenario.documents.end(), may_hang_up);
}

bool DialsSeveral(const std::string& document) {
  const std::vector<twiml::Verb> verbs = VerbsOf(document);
  return std::any_of(verbs.begin(), verbs.end(), [](const twiml::Verb& verb) {
    const auto* dial = std::get_if<twiml::Dial>(&verb);
    return dial != nullptr && dial->targets.size() > 1;
  });
}

bool DocumentsDialSeveral(const Scenario& scenario) {
  return std::any_of(scenario.documents.begin(), scenario.documents.end(),
                     [](const auto& each) { return DialsSeveral(each.second.document); });
}

DocumentEnd EndByDocuments(const Scenario& scenario, const std::vector<Destination>& met) {
  const control::CallConfig& call = scenario.call;
  return Walk(scenario, {call.webhook.fallback_url, call.bot.on_failure}, met).RunAt(call.webhook.url);
}

DocumentEnd EndByOrder(const Scenario& scenario, const Order& order, control::AfterBot on_failure,
                       const std::vector<Destination>& met) {
  Walk walk(scenario, {"", on_failure}, met);
  if (order.kind == OrderKind::kUrl) return walk.RunAt(order.what);
  return walk.Run(order.kind == OrderKind::kDocument ? order.what : "<Dial>4438007</Dial>");
}

std::string CheckStreamEvents(const FakeWebhookServer& webhook) {
  std::set<std::string> started;  // CallSids with a stream
  for (const auto& request : webhook.notified) {
    const std::string call = FakeWebhookServer::FieldOf(request, "CallSid");
    const std::string event = FakeWebhookServer::FieldOf(request, "StreamEvent");
    if (event == "stream-started" && !started.insert(call).second)
      return absl::StrCat("call ", call, ": a stream starts before the last one has stopped");
    if (event == "stream-stopped" && started.erase(call) == 0)
      return absl::StrCat("call ", call, ": a stream stops that has not started");
    if (event == "stream-error") started.erase(call);
  }
  return started.empty() ? "" : absl::StrCat("call ", *started.begin(), ": its stream has never stopped");
}

int CauseOf(const Destination& destination) {
  using Kind = Destination::Kind;
  switch (destination.kind) {
    case Kind::kAnswers:
      return kNormal;
    case Kind::kBusy:
      return kBusy;
    case Kind::kUnknown:
    case Kind::kUnallocated:
      return 1;
    case Kind::kRings:
      return 19;
    case Kind::kCongestion:
    case Kind::kUnroutable:
      break;
  }
  return kCongestion;
}

}  // namespace benari::sim
