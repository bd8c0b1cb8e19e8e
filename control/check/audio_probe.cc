#include "control/check/audio_probe.h"

#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/call/external_media.h"

namespace benari::control {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds kPatience{3};          // for StasisStart, and for the audio
constexpr milliseconds kLookAgain{100};  // between two looks at the node's statistics
constexpr uint64_t kEnoughPackets = 50;  // a second
// The channel ends by itself if this process is killed.
constexpr char kTimeout[] = "TIMEOUT(absolute)", kLongest[] = "20";

constexpr char kLookAtAsterisk[] =
    ": look at chan_rtp.so, res_rtp_asterisk.so and app_stasis.so in Asterisk's modules.conf, at its "
    "rtp.conf, and at its log";
constexpr char kLookAtMedia[] =
    ": look at --lease_ttl_ms, at media's --max_ttl_ms, --rtp_port_min and --rtp_port_max, and at its log";

// 1 kHz, over and over.
Tone SteadyTone() { return {{{{1000}, seconds(60)}}}; }

// Media's tones are in G.711.
AudioFormat FormatOfTone(const AudioFormat& format) {
  return format.name == "ulaw" ? format : AudioFormat{"alaw", 8, 8000};
}

}  // namespace

AudioProbe::AudioProbe(const ProbeContext& context, std::string node, std::string id)
    : context_(context), format_(FormatOfTone(context.format)), id_(std::move(id)) {
  result_.node = std::move(node);
  result_.can_tell = context_.can_tell;
}

asio::awaitable<AudioResult> AudioProbe::Run() {
  try {
    Awaitable<void> set_up = SetUp();
    co_await std::move(set_up);
    Awaitable<void> measured = Measure();
    co_await std::move(measured);
  } catch (const ari::Error& error) {
    result_.failed = absl::StrCat(error.what(), kLookAtAsterisk);
  } catch (const MediaError& error) {
    result_.failed = absl::StrCat(error.what(), kLookAtMedia);
  } catch (const std::runtime_error& interrupted) {
    result_.failed = interrupted.what();
  }
  if (created_) {
    Awaitable<void> hung_up = HangUp();
    co_await std::move(hung_up);
  }
  if (leased_) {
    Awaitable<void> released = ReleasePort();
    co_await std::move(released);
  }
  co_return std::move(result_);
}

asio::awaitable<void> AudioProbe::SetUp() {
  leased_ = true;
  Awaitable<Lease> leasing = context_.media.LeasePort(result_.node, id_);
  const Lease lease = co_await std::move(leasing);
  result_.media = lease.rtp;
  ThrowIfInterrupted();
  ari::ExternalMediaRequest request(id_, format_.name, lease.rtp);
  created_ = true;
  Awaitable<ari::Channel> creating = context_.ari.CreateExternalMedia(std::move(request));
  const ari::Channel channel = co_await std::move(creating);
  result_.asterisk = RtpFrom(channel);
  std::function<bool(const CheckFacts::Known&)> started = [this](const CheckFacts::Known& known) {
    return known.started.contains(id_);
  };
  Awaitable<bool> starting = context_.facts.WaitUntil(std::move(started), kPatience);
  const bool in_application = co_await std::move(starting);
  ThrowIfInterrupted();
  if (!in_application)
    throw std::runtime_error(
        absl::StrCat("the ExternalMedia channel did not enter its application", kLookAtAsterisk));
  Awaitable<void> limited = context_.ari.SetVariable(id_, kTimeout, kLongest);
  co_await std::move(limited);
  ThrowIfInterrupted();
  SessionRequest session(id_, result_.asterisk, SteadyTone());
  session.payload_type = format_.payload_type;
  session.clock_rate_hz = format_.clock_rate_hz;
  Awaitable<SessionInfo> starting_session = context_.media.StartSession(result_.node, std::move(session));
  result_.session = co_await std::move(starting_session);
  ThrowIfInterrupted();
  Awaitable<void> begun = SendAndListen();
  co_await std::move(begun);
}

// TALK_DETECT is answered with 204 also where Asterisk does not have it.
asio::awaitable<void> AudioProbe::SendAndListen() {
  Awaitable<void> sending = context_.diagnostics.StartSilence(id_);
  co_await std::move(sending);
  ThrowIfInterrupted();
  Awaitable<void> detecting = context_.ari.SetVariable(id_, "TALK_DETECT(set)", "");
  co_await std::move(detecting);
}

asio::awaitable<void> AudioProbe::Measure() {
  const auto is_over = [this] {
    const bool heard = result_.heard || !result_.can_tell;
    return heard && result_.session.received_packets >= kEnoughPackets;
  };
  for (milliseconds waited{0}; waited < kPatience && !is_over(); waited += kLookAgain) {
    std::function<bool(const CheckFacts::Known&)> never = [](const CheckFacts::Known&) { return false; };
    Awaitable<bool> pausing = context_.facts.WaitUntil(std::move(never), kLookAgain);
    co_await std::move(pausing);
    ThrowIfInterrupted();
    Awaitable<NodeStatus> renewing = context_.media.KeepAlive(result_.node, {id_});
    co_await std::move(renewing);
    Awaitable<NodeSessions> listing = context_.media.ListSessions(result_.node);
    NodeSessions listed = co_await std::move(listing);
    for (SessionInfo& session : listed.sessions) {
      if (session.lease_id == id_) result_.session = std::move(session);
    }
    result_.heard = context_.facts.known().talking.contains(id_);
  }
}

asio::awaitable<void> AudioProbe::HangUp() {
  try {
    Awaitable<void> hanging_up = context_.ari.HangUp(id_, "normal");
    co_await std::move(hanging_up);
  } catch (const ari::Error& error) {
    if (!error.not_found())
      result_.left.push_back(absl::StrCat(error.what(), "; the channel ends after ", kLongest, " s"));
  }
}

asio::awaitable<void> AudioProbe::ReleasePort() {
  try {
    Awaitable<SessionInfo> releasing = context_.media.ReleasePort(result_.node, id_);
    co_await std::move(releasing);
  } catch (const MediaError& error) {
    if (error.kind != MediaErrorKind::kNotFound)
      result_.left.push_back(absl::StrCat(error.what(), "; the lease expires after --lease_ttl_ms"));
  }
}

void AudioProbe::ThrowIfInterrupted() const {
  const std::string& why = context_.facts.known().interrupted;
  if (!why.empty()) throw std::runtime_error(why);
}

}  // namespace benari::control
