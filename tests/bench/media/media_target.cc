#include "tests/bench/media/media_target.h"

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/rtp_probe.h"
#include "tests/media/rpc/client.h"

namespace benari::bench {
namespace {

// As control asks for: the silence of each session is looked for.
constexpr uint32_t kNoMediaTimeoutMs = 2000;
constexpr std::chrono::seconds kBotTimeout{10};
constexpr std::chrono::milliseconds kAskAgain{20};

absl::Status StatusOf(absl::string_view rpc, const ::grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(rpc, ": ", status.error_message()));
}

}  // namespace

std::string LoadLeaseId(size_t session) { return absl::StrCat(kLoadOwner, ".", session); }

MediaTarget::~MediaTarget() = default;

absl::StatusOr<std::unique_ptr<Target>> MediaTarget::Start(const TargetSpec& spec, const Place& place) {
  e2e::ServiceOptions options;
  options.host = place.host;
  options.rtp_ports = place.ports;
  options.run_by = RunCommandOn(place.core);
  options.extra_flags = {absl::StrCat("--max_ttl_ms=", kLoadTtlMs), "--lease_rate_per_owner=0",
                         "--quarantine_ms=0"};
  options.extra_flags.insert(options.extra_flags.end(), spec.words.begin(), spec.words.end());
  auto media = e2e::MediaProcess::Start(std::move(options));
  if (!media.ok()) return media.status();
  auto target = std::make_unique<MediaTarget>();
  target->host_ = place.host;
  target->bot_url_ = spec.bot_url;
  target->first_bot_url_ = spec.first_bot_url.empty() ? spec.bot_url : spec.first_bot_url;
  target->media_ = std::move(*media);
  target->client_ = std::make_unique<media::Client>(target->grpc(), kLoadOwner);
  // The first rpc makes what gRPC keeps: it is no session's memory.
  if (auto renewed = target->Renew(); !renewed.ok()) return renewed;
  return target;
}

absl::Status MediaTarget::GrowTo(size_t sessions, Load* load) {
  while (load->sessions() < sessions) {
    if (auto added = AddSession(load); !added.ok()) return added;
  }
  return bot_url_.empty() ? absl::OkStatus() : AwaitBots();
}

absl::Status MediaTarget::AddSession(Load* load) {
  const std::string id = LoadLeaseId(load->sessions());
  const auto local = load->AddSession(host_);
  if (!local.ok()) return local.status();
  media::v1::LeasePortResponse leased;
  auto status = StatusOf("LeasePort", client_->LeasePort(id, &leased, kLoadTtlMs));
  if (!status.ok()) return status;
  const auto& rtp = leased.lease().rtp();
  status = load->ConnectLast(Endpoint(rtp.host(), static_cast<uint16_t>(rtp.port())));
  if (!status.ok()) return status;
  const auto peer = media::ParseSocketAddress(Endpoint(host_, *local));
  if (!peer.ok()) return peer.status();
  media::v1::StartSessionResponse started;
  lease_ids_.push_back(id);
  if (!bot_url_.empty()) return StartBot(id, Endpoint(host_, *local));
  return StatusOf("StartSession", client_->StartSession(id, *peer, &started, kNoMediaTimeoutMs));
}

absl::Status MediaTarget::StartBot(const std::string& lease_id, const Endpoint& peer) {
  media::v1::StartSessionRequest request;
  request.mutable_owner()->set_name(kLoadOwner);
  request.mutable_owner()->set_epoch(1);
  request.set_lease_id(lease_id);
  request.mutable_peer()->set_host(peer.host);
  request.mutable_peer()->set_port(peer.port);
  request.set_payload_type(kPcmu);
  request.set_clock_rate_hz(kClockRateHz);
  request.set_no_media_timeout_ms(kNoMediaTimeoutMs);
  request.mutable_bot()->set_url(lease_ids_.size() == 1 ? first_bot_url_ : bot_url_);
  request.mutable_bot()->set_call_sid(absl::StrCat("CA-", lease_id));
  media::v1::StartSessionResponse started;
  return StatusOf("StartSession",
                  client_->stub->StartSession(media::Client::Context().get(), request, &started));
}

absl::Status MediaTarget::AwaitBots() {
  const auto deadline = std::chrono::steady_clock::now() + kBotTimeout;
  for (const std::string& id : lease_ids_) {
    media::v1::GetSessionResponse response;
    while (true) {
      if (auto asked = StatusOf("GetSession", client_->GetSession(id, &response)); !asked.ok()) return asked;
      if (response.session().bot_state().phase() == media::v1::BOT_PHASE_READY) break;
      if (std::chrono::steady_clock::now() > deadline)
        return absl::UnavailableError(
            absl::StrCat("the bot of ", id, " is not ready: ", response.session().bot_state().last_error()));
      std::this_thread::sleep_for(kAskAgain);
    }
  }
  return absl::OkStatus();
}

absl::Status MediaTarget::Renew() {
  media::v1::KeepAliveResponse response;
  return StatusOf("KeepAlive", client_->KeepAlive(lease_ids_, &response, kLoadTtlMs));
}

}  // namespace benari::bench
