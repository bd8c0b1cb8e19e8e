#include "control/app/admission.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <limits>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/net/url.h"
#include "control/ari/request.h"
#include "control/call/call_settings.h"
#include "control/record/call_sid.h"

namespace benari::control {

namespace asio = boost::asio;

Admission::Admission(const CallContext& context, size_t max_calls, CallTable& table)
    : context_(context), max_calls_(max_calls), table_(table) {
  context_.metrics.max_calls.Set(static_cast<double>(max_calls));
}

void Admission::Drain(std::function<void()> on_idle) {
  draining_ = true;
  on_idle_ = std::move(on_idle);
  if (table_.size() == 0 && on_idle_) std::exchange(on_idle_, nullptr)();
}

std::optional<Refusal> Admission::Admit() const {
  if (draining_) return Refusal::kDraining;
  if (table_.size() >= max_calls_) return Refusal::kFull;
  if (context_.ari.Overloaded()) return Refusal::kOverloaded;
  return std::nullopt;
}

// A caller who left (a redirect in the dial plan, ARI /move, Stasis() called again) can be back before its
// call is released. The next call has the same id, so it begins when that one has ended.
void Admission::OnCallerEntered(const ari::Channel& caller) {
  if (const auto call = table_.Find(caller.id)) {
    if (!call->facts().caller_gone()) return;  // adopted from the list before its event was read
    returned_[caller.id] = caller;
    call->journal().Info("caller is back; a new call begins when this one is released");
    return;
  }
  BeginCall(caller);
}

namespace {

// Without a document there is nothing to do in a call that control makes, and nobody to be connected with.
void SetUpOutbound(CallConfig& config) {
  config.flow = FlowKind::kWebhook;
  config.bot.on_failure = AfterBot::kHangUp;
  SetSource(config.webhook, twiml::RemoteDocument());
}

// Asterisk reads 4096 bytes of a request's first line: bytes of a document, before base64, and of all
// arguments, percent-encoded.
constexpr size_t kLongestKept = 2000, kLongestArguments = 3000;

// The same URL, in which Asterisk finds nothing of the syntax of its lists. Brackets of an IPv6 address may
// stay: they are pairs.
std::string AsListItem(absl::string_view url) {
  const size_t target = std::min(url.find_first_of("/?", url.find("://") + 3), url.size());
  std::string item(url.substr(0, target));
  for (const char c : url.substr(target)) {
    const absl::string_view character(&c, 1);
    absl::StrAppend(&item, absl::StrContains(ari::kListSyntax, c) ? net::PercentEncode(character)
                                                                  : std::string(character));
  }
  return item;
}

// What the next process has to know of a call that control makes: its document, or where that is.
std::vector<std::string> OutboundArguments(const CallOrder& order) {
  std::vector<std::string> arguments = {"outbound"};
  if (!order.twiml.empty() && order.twiml.size() <= kLongestKept)
    arguments.push_back(absl::StrCat(kDocumentSetting, "=", absl::WebSafeBase64Escape(order.twiml)));
  const auto* const remote = std::get_if<twiml::RemoteDocument>(&order.source);
  if (remote == nullptr) return arguments;
  const auto add = [&arguments](const char* name, const std::string& value) {
    if (!value.empty()) arguments.push_back(absl::StrCat(name, "=", AsListItem(value)));
  };
  add("webhook_url", remote->url);
  add("webhook_fallback_url", remote->fallback_url);
  add("webhook_method", remote->method == twiml::Method::kGet ? "GET" : "");
  return arguments;
}

absl::Status CheckLength(const std::vector<std::string>& arguments) {
  const size_t bytes = net::PercentEncode(absl::StrJoin(arguments, ",")).size();
  if (bytes <= kLongestArguments) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat("Url and FallbackUrl take ", bytes,
                                            " bytes of the request to Asterisk, accepted are at most ",
                                            kLongestArguments));
}

// Asterisk refuses ids that are longer than AST_MAX_PUBLIC_UNIQUEID (channel.h).
absl::Status CheckLength(const Ids& ids, const std::string& call_id) {
  constexpr size_t kMost = 149;
  const std::string longest = ids.Destination(call_id, std::numeric_limits<int>::max());
  if (longest.size() <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("it is ", longest.size() - kMost,
                                                 " bytes too long: Asterisk accepts ids of up to ", kMost,
                                                 ", of which it is a part"));
}

}  // namespace

absl::StatusOr<std::string> Admission::DialOut(CallOrder order) {
  const absl::StatusOr<std::string> endpoint = DialOutEndpoint(context_.config.webhook, order.to);
  if (!endpoint.ok()) return endpoint.status();
  if (const std::optional<Refusal> refusal = Admit()) {
    context_.metrics.CallRefused(*refusal);
    return absl::ResourceExhaustedError(absl::StrCat("there is no room for a call: ", ToString(*refusal)));
  }
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.timers.WallNow().time_since_epoch());
  ari::Channel caller;
  caller.id = context_.ids.Outbound(order.to, absl::StrCat(absl::Hex(ms.count()), "x", ++dialled_out_));
  caller.caller_number = order.from;
  caller.app_args = OutboundArguments(order);
  absl::Status fits = CheckLength(context_.ids, caller.id);
  fits.Update(CheckLength(caller.app_args));
  if (!fits.ok()) return fits;
  auto call = MakeCall(caller);
  call->DialOut({{*endpoint}, order.from, order.ringing_time}, std::move(order.source));
  table_.Add(call);
  call->journal().Info("call asked for over the API", {{"calls", table_.size()}});
  Run(call, std::nullopt);
  return call->id();
}

std::shared_ptr<Call> Admission::MakeCall(const ari::Channel& caller, int destination_number) const {
  CallConfig config = context_.config;
  CallIdentity identity{caller.id, CallSid(context_.ids.owner(), caller.id), caller.caller_number,
                        caller.extension, caller.app_args};
  if (const std::optional<std::string> called = context_.ids.OutboundTo(caller.id)) {
    SetUpOutbound(config);
    identity.called = *called;
    identity.direction = CallDirection::kOutbound;
  }
  const std::vector<RefusedArgument> refused = ApplyArguments(config, caller.app_args);
  auto call = std::make_shared<Call>(context_, std::move(identity), std::move(config), destination_number);
  for (const RefusedArgument& each : refused) {
    call->journal().Warning("argument of the dial plan refused, the flag's value is used",
                            {{"argument", each.argument}, {"why", each.why}});
  }
  return call;
}

// A call whose caller had an earlier one uses other numbers for its channels and leases: events of the
// earlier ones may still arrive, and Asterisk refuses an id that is still in use.
std::shared_ptr<Call> Admission::NewCall(const ari::Channel& caller) const {
  auto call = MakeCall(caller);
  if (table_.WasUsed(caller.id)) {
    const AdoptedState nothing;
    call->Adopt(nothing);
  }
  return call;
}

void Admission::BeginCall(const ari::Channel& caller) {
  auto call = NewCall(caller);
  const std::optional<Refusal> refusal = Admit();
  call->facts().ChannelStarted(caller.id);
  if (caller.state == "Up") call->facts().ChannelAnswered(caller.id);
  table_.Add(call);
  call->journal().Info("call started", {{"channel", caller.name}, {"calls", table_.size()}});
  Run(std::move(call), refusal);
}

void Admission::BeginCallOfReturned(const std::string& id) {
  const auto returned = returned_.extract(id);
  if (!returned.empty()) BeginCall(returned.mapped());
}

void Admission::Run(std::shared_ptr<Call> call, std::optional<Refusal> refusal) {
  asio::co_spawn(context_.executor, RunToItsEnd(std::move(call), refusal), asio::detached);
}

asio::awaitable<void> Admission::RunToItsEnd(std::shared_ptr<Call> call, std::optional<Refusal> refusal) {
  if (refusal.has_value()) {
    co_await call->Refuse(*refusal);
  } else {
    co_await call->Run();
  }
  OnEnded(*call);
}

void Admission::OnEnded(const Call& call) {
  table_.End(call, context_.timers.Now());
  if (on_ended_) on_ended_(call);
  BeginCallOfReturned(call.id());
  if (draining_ && table_.size() == 0 && on_idle_) std::exchange(on_idle_, nullptr)();
}

}  // namespace benari::control
