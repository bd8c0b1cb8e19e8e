#include "media/node/node.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>

#include <atomic>
#include <future>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/grpc_tls.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/net/url.h"
#include "grpc/health/v1/health.pb.h"
#include "media/io/engine_choice.h"
#include "media/io/worker_pool.h"
#include "media/lease/session_registry.h"
#include "media/link/links.h"
#include "media/net/udp_socket.h"
#include "media/node/event_log.h"
#include "media/node/health_server.h"
#include "media/node/housekeeper.h"
#include "media/node/listen_error.h"
#include "media/node/metrics.h"
#include "media/node/metrics_server.h"
#include "media/node/tls_watch.h"
#include "media/rpc/media_service.h"
#include "media/rpc/watch_hub.h"

namespace benari::media {

namespace {

constexpr int kKeepaliveTimeMs = 10000;
constexpr int kKeepaliveTimeoutMs = 5000;
constexpr int kMaxStreamsPerConnection = 2000;
constexpr int kMaxSyncThreads = 16;        // of server reflection, which holds one for each open stream
constexpr int kMaxRequestBytes = 4 << 20;  // 10000 lease ids of 200 bytes fit
constexpr std::chrono::milliseconds kRpcsMayTakeAtEnd{500};

std::string RandomHex64() {
  std::random_device random;
  const uint64_t bits = uint64_t{random()} << 32 | random();
  return absl::StrCat(absl::Hex(bits, absl::kZeroPad16));
}

// PERMISSION_DENIED names the flag that keeps `bot` from being dialled, as far as that is known by now.
absl::Status CheckBot(const LinkOptions& links, const BotConfig& bot) {
  const auto url = net::ParseUrl(bot.url, {"ws", "wss"});
  if (!url.ok()) return url.status();
  if (!bot.credential.empty() && links.credentials_dir.empty()) {
    return absl::PermissionDeniedError(absl::StrCat("bot.credential ", bot.credential,
                                                    ": there are none, --bot_credentials_dir is not set"));
  }
  return links.allow.Check(*url);
}

// Each lease binds a port of its own: what is wrong with the address would be found call by call.
absl::Status CheckRtpBind(const SocketAddress& address) {
  const absl::Status bound = UdpSocket::Bind(address).status();
  if (bound.ok() || absl::IsAlreadyExists(bound)) return absl::OkStatus();
  const std::string prefix = absl::StrCat("cannot bind ", address.ToString(), ": ");
  return absl::UnavailableError(
      absl::StrCat("--rtp_bind=", address.ToEndpoint().host, ": ", absl::StripPrefix(bound.message(), prefix),
                   "; accepted is an IPv4 or IPv6 address of this host, 0.0.0.0 or ::"));
}

// Members are in the order of what needs what.
class NodeImpl : public Node {
 public:
  NodeImpl(const Config& config, const Clock& clock)
      : config_(config), clock_(clock), hub_(node_info_.get_future()) {}

  // No rpc is left when the housekeeper ends, and nobody asks the workers any more when they end.
  ~NodeImpl() override {
    tls_watch_.reset();
    metrics_server_.reset();
    hub_.End();
    health_server_.reset();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now() + kRpcsMayTakeAtEnd);
    server_.reset();
    housekeeper_.Stop();
  }

  absl::Status Start() {
    absl::Status status = CheckRtpBind(config_.rtp_bind);
    if (status.ok()) status = StartWorkers();
    if (status.ok()) status = StartGrpc();
    if (status.ok()) status = StartHealth();
    if (status.ok()) status = StartMetrics();
    if (status.ok()) StartTlsWatch();
    return status;
  }

  Endpoint grpc() const override { return grpc_; }
  Endpoint health() const override {
    return health_server_ == nullptr ? Endpoint() : health_server_->endpoint();
  }
  Endpoint metrics() const override {
    return metrics_server_ == nullptr ? Endpoint() : metrics_server_->endpoint();
  }
  EngineKind io_engine() const override { return io_engine_; }
  std::string no_io_uring() const override { return no_io_uring_; }
  size_t ports_in_use() const override { return registry_->Counts().ports_in_use; }
  size_t watchers() const override { return hub_.watchers(); }

  bool Responds() override {
    if (!asked_.exchange(true)) {
      pool_->ReadTotals([this](absl::StatusOr<std::vector<WorkerTotals>> totals) {
        if (totals.ok()) responded_ = true;
        asked_ = false;
      });
    }
    return responded_.exchange(false);
  }

  void StartDraining() override {
    registry_->StartDraining();
    const MutexLock lock(&health_mutex_);
    draining_ = true;
    TellHealthOfBoth();
  }

 private:
  absl::Status StartWorkers();
  absl::Status StartGrpc();
  absl::Status StartHealth();
  absl::Status StartMetrics();
  void StartTlsWatch();
  void OnTlsChange(const std::vector<std::string>& mistakes) ABSL_LOCKS_EXCLUDED(health_mutex_);
  void TellHealthOfBoth() ABSL_EXCLUSIVE_LOCKS_REQUIRED(health_mutex_) {
    const bool serving = !draining_ && tls_usable_;
    TellHealth(*server_, serving);
    if (health_server_ != nullptr) health_server_->Tell(serving);
  }

  const Config config_;
  const Clock& clock_;
  Endpoint grpc_;
  EngineKind io_engine_ = EngineKind::kEpoll;
  std::string no_io_uring_;
  std::atomic<bool> asked_ = false, responded_ = false;
  std::promise<NodeInfo> node_info_;
  WatchHub hub_;
  Housekeeper housekeeper_;
  std::unique_ptr<SessionRegistry> registry_;
  std::unique_ptr<Links> links_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthServer> health_server_;
  std::unique_ptr<MetricsServer> metrics_server_;
  Mutex health_mutex_;
  bool draining_ ABSL_GUARDED_BY(health_mutex_) = false;
  bool tls_usable_ ABSL_GUARDED_BY(health_mutex_) = true;
  std::unique_ptr<TlsWatch> tls_watch_;
};

absl::Status NodeImpl::StartWorkers() {
  auto engines = NewIoEngines(config_.io_engine, config_.workers, clock_, config_.batch_window);
  if (!engines.ok()) return engines.status();
  io_engine_ = engines->kind;
  no_io_uring_ = engines->no_io_uring;
  auto links = Links::Start(config_.bots.links);
  if (!links.ok()) return links.status();
  links_ = *std::move(links);
  pool_ = std::make_unique<WorkerPool>(
      config_.rtp_bind, std::move(engines->engines), ProcessorOptions(*links_, config_.bots.start_buffer),
      [this](std::vector<Task> tasks) { housekeeper_.Post(std::move(tasks)); },
      [this](const SocketChange& change) {
        registry_->OnMediaChange(change.socket, change.change, change.snapshot);
      });

  SessionRegistry::Options options;
  options.rtp_host = config_.rtp_advertise;
  options.ports = config_.rtp_ports;
  options.quarantine = config_.quarantine;
  options.lease_rate = config_.lease_rate;
  options.random_ssrc = [] {
    thread_local std::mt19937 engine{std::random_device()()};  // which is slow
    return static_cast<uint32_t>(engine());
  };
  registry_ = std::make_unique<SessionRegistry>(options, clock_, *pool_, [this](SessionEvent event) {
    housekeeper_.Post([this, event = std::move(event)] {
      LogEvent(event);
      hub_.Publish(event);
    });
  });
  housekeeper_.Start([this] {
    registry_->OnTime();
    hub_.OnTime(clock_.Now());
    return registry_->NextExpiry();
  });
  return absl::OkStatus();
}

absl::Status NodeImpl::StartGrpc() {
  // The built-in health service does not bring its descriptor, and the linker would leave ours out.
  google::protobuf::LinkMessageReflection<::grpc::health::v1::HealthCheckRequest>();
  ::grpc::EnableDefaultHealthCheckService(true);
  ::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  service_ = NewMediaService(
      registry_.get(), &hub_, [this](const BotConfig& bot) { return CheckBot(config_.bots.links, bot); },
      hub_.node(), config_.max_ttl_ms);

  ::grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a port that is taken is an error
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);  // control may ping as often as it likes
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  ::grpc::ResourceQuota quota("media");
  quota.SetMaxThreads(kMaxSyncThreads);
  builder.SetResourceQuota(quota);
  int port = 0;
  builder.AddListeningPort(config_.grpc_listen.ToString(), NewServerCredentials(config_.grpc_tls), &port);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve gRPC on --grpc_listen=", config_.grpc_listen.ToString(), ": ",
                     WhyNotListening(config_.grpc_listen)));
  }
  grpc_ = Endpoint(config_.grpc_listen.host, static_cast<uint16_t>(port));
  Endpoint advertise = config_.grpc_advertise;
  if (advertise.port == 0) advertise.port = grpc_.port;
  node_info_.set_value({config_.node_name, RandomHex64(), advertise});
  TellHealth(*server_, true);
  return absl::OkStatus();
}

absl::Status NodeImpl::StartHealth() {
  if (config_.health_listen.host.empty()) return absl::OkStatus();
  auto server = HealthServer::Start(config_.health_listen);
  if (!server.ok()) return server.status();
  health_server_ = *std::move(server);
  health_server_->Tell(true);
  return absl::OkStatus();
}

absl::Status NodeImpl::StartMetrics() {
  if (config_.metrics_listen.host.empty()) return absl::OkStatus();
  auto metrics = std::make_shared<Metrics>(*registry_, hub_, *pool_, config_.build, config_.grpc_tls.cert);
  auto server = MetricsServer::Start(config_.metrics_listen, std::move(metrics));
  if (!server.ok()) return server.status();
  metrics_server_ = *std::move(server);
  return absl::OkStatus();
}

void NodeImpl::StartTlsWatch() {
  if (config_.grpc_tls.cert.empty()) return;
  tls_watch_ = std::make_unique<TlsWatch>(
      config_.grpc_tls, clock_, [this](const std::vector<std::string>& mistakes) { OnTlsChange(mistakes); });
}

void NodeImpl::OnTlsChange(const std::vector<std::string>& mistakes) {
  {
    const MutexLock lock(&health_mutex_);
    tls_usable_ = mistakes.empty();
    TellHealthOfBoth();
  }
  if (mistakes.empty()) log::Info("TLS certificate can be used again");
  for (const std::string& why : mistakes) {
    log::Warning("TLS certificate cannot be used, clients refuse it", {{"why", why}});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Start(const Config& config, const Clock& clock) {
  auto node = std::make_unique<NodeImpl>(config, clock);
  if (absl::Status status = node->Start(); !status.ok()) return status;
  return node;
}

}  // namespace benari::media
