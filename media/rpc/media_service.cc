#include "media/rpc/media_service.h"

#include <grpcpp/grpcpp.h>

#include <string>
#include <variant>
#include <vector>

#include "benari/media/v1/media.grpc.pb.h"
#include "common/log.h"
#include "media/rpc/convert.h"
#include "media/rpc/validation.h"

namespace benari::media {

namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

class MediaService final : public v1::Media::CallbackService {
 public:
  MediaService(SessionRegistry* registry, WatchHub* hub, BotCheck check_bot,
               std::shared_future<NodeInfo> node, uint32_t max_ttl_ms)
      : registry_(*registry),
        hub_(*hub),
        check_bot_(std::move(check_bot)),
        node_(std::move(node)),
        max_ttl_ms_(max_ttl_ms) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* LeasePort(Context* context, const v1::LeasePortRequest* request,
                     v1::LeasePortResponse* response) override {
    if (absl::Status valid = Validate(*request, max_ttl_ms_); !valid.ok()) return Finish(context, valid);
    const auto lease = registry_.LeasePort(FromProto(request->owner()), request->lease_id(),
                                           std::chrono::milliseconds(request->ttl_ms()));
    if (!lease.ok()) return Finish(context, lease.status());
    ToProto(*lease, node_.get(), response->mutable_lease());
    log::Debug("port leased", {{"lease", lease->lease_id}, {"rtp", lease->rtp.ToString()}});
    return Finish(context, absl::OkStatus());
  }

  Reactor* ReleasePort(Context* context, const v1::ReleasePortRequest* request,
                       v1::ReleasePortResponse* response) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    registry_.ReleasePort(FromProto(request->owner()), request->lease_id(), Answer(reactor, response));
    return reactor;
  }

  Reactor* StartSession(Context* context, const v1::StartSessionRequest* request,
                        v1::StartSessionResponse* response) override {
    const auto config = ReadConfig(*request);
    if (!config.ok()) return Finish(context, config.status());
    if (const auto* bot = std::get_if<BotConfig>(&config->processor)) {
      if (absl::Status dialable = check_bot_(*bot); !dialable.ok()) return Finish(context, dialable);
    }
    Reactor* reactor = context->DefaultReactor();
    registry_.StartSession(FromProto(request->owner()), request->lease_id(), *config,
                           Answer(reactor, response));
    return reactor;
  }

  Reactor* StopSession(Context* context, const v1::StopSessionRequest* request,
                       v1::StopSessionResponse* response) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    registry_.StopSession(FromProto(request->owner()), request->lease_id(), Answer(reactor, response));
    return reactor;
  }

  Reactor* KeepAlive(Context* context, const v1::KeepAliveRequest* request,
                     v1::KeepAliveResponse* response) override {
    if (absl::Status valid = Validate(*request, max_ttl_ms_); !valid.ok()) return Finish(context, valid);
    const std::vector<std::string> ids(request->lease_ids().begin(), request->lease_ids().end());
    auto view =
        registry_.KeepAlive(FromProto(request->owner()), ids, std::chrono::milliseconds(request->ttl_ms()));
    if (!view.ok()) return Finish(context, view.status());
    ToProto(node_.get(), response->mutable_node());
    response->set_draining(view->draining);
    response->set_ports_total(static_cast<uint32_t>(view->ports_total));
    response->set_ports_free(static_cast<uint32_t>(view->ports_free));
    for (std::string& id : view->unknown_lease_ids) response->add_unknown_lease_ids(std::move(id));
    return Finish(context, absl::OkStatus());
  }

  Reactor* SendDigits(Context* context, const v1::SendDigitsRequest* request,
                      v1::SendDigitsResponse* /*response*/) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    const std::chrono::milliseconds duration(request->duration_ms());
    registry_.CommandBot(FromProto(request->owner()), request->lease_id(),
                         Digits{request->digits(), duration}, AnswerWithStatus(reactor));
    return reactor;
  }

  Reactor* CloseBot(Context* context, const v1::CloseBotRequest* request,
                    v1::CloseBotResponse* /*response*/) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    registry_.CommandBot(FromProto(request->owner()), request->lease_id(), media::CloseBot(),
                         AnswerWithStatus(reactor));
    return reactor;
  }

  Reactor* GetSession(Context* context, const v1::GetSessionRequest* request,
                      v1::GetSessionResponse* response) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    registry_.GetSession(request->lease_id(), Answer(reactor, response));
    return reactor;
  }

  Reactor* ListSessions(Context* context, const v1::ListSessionsRequest* request,
                        v1::ListSessionsResponse* response) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return Finish(context, valid);
    Reactor* reactor = context->DefaultReactor();
    const uint32_t page_size = request->page_size() == 0 ? kDefaultPageSize : request->page_size();
    registry_.ListSessions(
        request->owner(), request->page_token(), page_size,
        [this, reactor, response](absl::StatusOr<SessionPage> page) {
          if (!page.ok()) return reactor->Finish(ToGrpc(page.status()));
          ToProto(node_.get(), response->mutable_node());
          for (const SessionView& view : page->sessions) {
            ToProto(view, node_.get(), response->add_sessions());
          }
          if (!page->last) response->set_next_page_token(page->sessions.back().lease.lease_id);
          response->set_owner_epoch(page->owner_epoch);
          response->set_owner_silent_ms(static_cast<uint64_t>(page->owner_silence.count()));
          reactor->Finish(grpc::Status::OK);
        });
    return reactor;
  }

  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchSessions(
      Context* context, const v1::WatchSessionsRequest* request) override {
    if (absl::Status valid = Validate(*request); !valid.ok()) return hub_.NewRefusal(valid);
    return hub_.NewWatcher(context, request->owner());
  }

 private:
  static Reactor* Finish(Context* context, const absl::Status& status) {
    Reactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  static SessionRegistry::StatusCallback AnswerWithStatus(Reactor* reactor) {
    return [reactor](const absl::Status& status) { reactor->Finish(ToGrpc(status)); };
  }

  template <typename Response>
  SessionRegistry::SessionCallback Answer(Reactor* reactor, Response* response) {
    return [this, reactor, response](absl::StatusOr<SessionView> view) {
      if (view.ok()) ToProto(*view, node_.get(), response->mutable_session());
      reactor->Finish(ToGrpc(view.status()));
    };
  }

  SessionRegistry& registry_;
  WatchHub& hub_;
  const BotCheck check_bot_;
  const std::shared_future<NodeInfo> node_;
  const uint32_t max_ttl_ms_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewMediaService(SessionRegistry* registry, WatchHub* hub, BotCheck check_bot,
                                               std::shared_future<NodeInfo> node, uint32_t max_ttl_ms) {
  return std::make_unique<MediaService>(registry, hub, std::move(check_bot), std::move(node), max_ttl_ms);
}

}  // namespace benari::media
