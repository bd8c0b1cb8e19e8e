#include "media/lease/session_registry.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/enum_table.h"

namespace benari::media {

namespace {

constexpr EnumRow<EventKind> kEventKinds[] = {{EventKind::kStarted, "started"},
                                              {EventKind::kMediaFlowing, "media flowing"},
                                              {EventKind::kMediaMissing, "media missing"},
                                              {EventKind::kStopped, "stopped"},
                                              {EventKind::kReleased, "released"},
                                              {EventKind::kLeaseExpired, "lease expired"},
                                              {EventKind::kBotReady, "bot ready"},
                                              {EventKind::kBotLost, "bot lost"},
                                              {EventKind::kFinished, "finished"}};
static_assert(IsWhole(kEventKinds));

EventKind EventOf(MediaChange change) {
  switch (change) {
    case MediaChange::kFlowing:
      return EventKind::kMediaFlowing;
    case MediaChange::kMissing:
      return EventKind::kMediaMissing;
    case MediaChange::kBotReady:
      return EventKind::kBotReady;
    case MediaChange::kBotLost:
      return EventKind::kBotLost;
    case MediaChange::kFinished:
      return EventKind::kFinished;
  }
  return EventKind::kFinished;
}

}  // namespace

const char* EventKindName(EventKind kind) { return Translate(kEventKinds, kind); }

SessionRegistry::SessionRegistry(Options options, const Clock& clock, SessionRunner& runner, EventSink events)
    : options_(std::move(options)),
      clock_(clock),
      runner_(runner),
      events_(std::move(events)),
      pool_(options_.ports, options_.quarantine),
      owners_(options_.lease_rate) {}

absl::StatusOr<LeaseView> SessionRegistry::LeasePort(const OwnerId& owner, const std::string& lease_id,
                                                     Milliseconds ttl) {
  MutexLock lock(&mutex_);
  auto lease = FindOwned(owner, lease_id);
  if (absl::IsNotFound(lease.status())) lease = NewLease(owner, lease_id);
  if (!lease.ok()) return lease.status();
  leases_.SetExpiry(*lease, clock_.Now() + ttl);
  return ViewLease(**lease);
}

absl::StatusOr<Lease*> SessionRegistry::NewLease(const OwnerId& owner, const std::string& lease_id) {
  if (draining_) return absl::UnavailableError("the node drains and leases no port");
  const Clock::Time now = clock_.Now();
  if (!owners_.TakeTurn(owner.name, now)) {
    ++lease_rate_refusals_;
    return absl::ResourceExhaustedError(absl::StrCat("owner ", owner.name, " leases too often: accepted are ",
                                                     options_.lease_rate.per_second, " new leases a second, ",
                                                     options_.lease_rate.burst, " at once"));
  }
  const absl::StatusOr<BoundPort> bound = BindPort(now);
  if (!bound.ok()) return bound.status();
  Lease lease;
  lease.id = lease_id;
  lease.owner_name = owner.name;
  lease.port = bound->port;
  lease.socket = bound->socket;
  lease.expires = lease.leased = now;
  lease.leased_at = clock_.WallNow();
  leases_.Add(std::move(lease));
  owners_.AddLease(owner.name);
  return leases_.Find(lease_id);
}

absl::StatusOr<SessionRegistry::BoundPort> SessionRegistry::BindPort(Clock::Time now) {
  absl::Status taken;  // by others: why the last port could not be bound
  for (size_t i = 0; i < kMaxBindTries; ++i) {
    const std::optional<uint16_t> port = pool_.Take(now);
    if (!port) break;
    const absl::StatusOr<SocketId> socket = runner_.Open(*port);
    if (socket.ok()) return BoundPort{*port, *socket};
    ++bind_failures_;
    if (!absl::IsAlreadyExists(socket.status())) {
      pool_.Return(*port, now);
      return socket.status();
    }
    pool_.ReturnUnbound(*port, now);
    taken = socket.status();
  }
  const size_t unavailable = pool_.unavailable(now);
  return absl::ResourceExhaustedError(
      absl::StrCat("no port of ", options_.ports.min, "..", options_.ports.max, " is free: ", pool_.in_use(),
                   " in use, ", pool_.quarantined(now), " in quarantine",
                   unavailable > 0 ? absl::StrCat(", ", unavailable, " cannot be bound") : "",
                   taken.ok() ? "" : "; ", taken.message()));
}

absl::StatusOr<Lease*> SessionRegistry::FindOwned(const OwnerId& owner, const std::string& lease_id) {
  const Clock::Time now = clock_.Now();
  ExpireDue(now);
  if (absl::Status admitted = owners_.Admit(owner, now); !admitted.ok()) return admitted;
  Lease* lease = leases_.Find(lease_id);
  if (lease == nullptr) return absl::NotFoundError(absl::StrCat("no lease_id ", lease_id, " here"));
  if (lease->owner_name != owner.name) {
    return absl::PermissionDeniedError(
        absl::StrCat("lease_id ", lease_id, " is of owner ", lease->owner_name, ", not ", owner.name));
  }
  return lease;
}

void SessionRegistry::ReleasePort(const OwnerId& owner, const std::string& lease_id, SessionCallback done) {
  absl::Status status;
  {
    MutexLock lock(&mutex_);
    const auto lease = FindOwned(owner, lease_id);
    if (lease.ok()) return End(*lease, EventKind::kReleased, std::move(done));
    status = lease.status();
  }
  done(status);
}

// The port goes back to the pool only when its socket is closed, else the next bind could meet it.
void SessionRegistry::End(Lease* lease, EventKind kind, SessionCallback done) {
  SessionView view = View(*lease);
  if (view.state == SessionState::kRunning) view.state = SessionState::kStopped;
  const SocketId socket = lease->socket;
  owners_.RemoveLease(lease->owner_name);
  leases_.Remove(lease);
  runner_.Close(socket, [this, kind, view = std::move(view),
                         done = std::move(done)](const SessionSnapshot& snapshot) mutable {
    view.snapshot = snapshot;
    {
      MutexLock lock(&mutex_);
      pool_.Return(view.lease.rtp.port, clock_.Now());
      events_({kind, view});
    }
    if (done) done(std::move(view));
  });
}

void SessionRegistry::StartSession(const OwnerId& owner, const std::string& lease_id,
                                   const SessionConfig& config, SessionCallback done) {
  absl::Status status;
  {
    MutexLock lock(&mutex_);
    const auto lease = FindOwned(owner, lease_id);
    status = lease.status();
    if (status.ok()) status = Start(*lease, config);
    if (status.ok()) return Read(**lease, std::move(done));
  }
  done(status);
}

absl::Status SessionRegistry::Start(Lease* lease, const SessionConfig& config) {
  if (lease->state == SessionState::kRunning) {
    if (lease->config == config) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat(
        "another session runs on lease_id ", lease->id, ": ", ProcessorName(lease->config.processor),
        ", peer ", lease->config.peer.ToString(), ", payload_type ", lease->config.payload_type,
        ", clock_rate_hz ", lease->config.clock_rate_hz));
  }
  Lease started = *lease;
  started.state = SessionState::kRunning;
  started.config = config;
  started.ssrc = options_.random_ssrc();
  started.session = ++sessions_;
  started.started_at = clock_.WallNow();
  const SessionStart start = {config, started.ssrc, ViewLease(started).rtp.ToString(), started.session};
  if (absl::Status refused = runner_.Start(lease->socket, start, Tell(EventKind::kStarted, View(started)));
      !refused.ok()) {
    return refused;
  }
  *lease = std::move(started);
  return absl::OkStatus();
}

// Events of a lease are told when the runner did what they are of, so that they are in its order.
SessionRunner::SnapshotCallback SessionRegistry::Tell(EventKind kind, SessionView view) {
  return [this, kind, view = std::move(view)](const SessionSnapshot& snapshot) mutable {
    view.snapshot = snapshot;
    MutexLock lock(&mutex_);
    events_({kind, std::move(view)});
  };
}

void SessionRegistry::StopSession(const OwnerId& owner, const std::string& lease_id, SessionCallback done) {
  absl::Status status;
  {
    MutexLock lock(&mutex_);
    const auto lease = FindOwned(owner, lease_id);
    status = lease.status();
    if (status.ok()) {
      switch ((*lease)->state) {
        case SessionState::kRunning:
          return Stop(*lease, std::move(done));
        case SessionState::kStopped:
          return Read(**lease, std::move(done));
        case SessionState::kLeased:
          status = absl::FailedPreconditionError(
              absl::StrCat("no session was ever started on lease_id ", lease_id));
          break;
      }
    }
  }
  done(status);
}

void SessionRegistry::Stop(Lease* lease, SessionCallback done) {
  lease->state = SessionState::kStopped;
  runner_.Stop(lease->socket,
               [this, view = View(*lease), done = std::move(done)](const SessionSnapshot& snapshot) mutable {
                 view.snapshot = snapshot;
                 {
                   MutexLock lock(&mutex_);
                   events_({EventKind::kStopped, view});
                 }
                 done(std::move(view));
               });
}

void SessionRegistry::CommandBot(const OwnerId& owner, const std::string& lease_id, BotCommand command,
                                 StatusCallback done) {
  absl::Status status;
  {
    MutexLock lock(&mutex_);
    const auto lease = FindOwned(owner, lease_id);
    status = lease.status();
    if (status.ok() && (*lease)->state == SessionState::kRunning &&
        std::holds_alternative<BotConfig>((*lease)->config.processor)) {
      return runner_.CommandBot((*lease)->socket, std::move(command), std::move(done));
    }
  }
  if (status.ok()) status = absl::FailedPreconditionError(absl::StrCat("no bot runs on lease_id ", lease_id));
  done(status);
}

absl::StatusOr<KeepAliveView> SessionRegistry::KeepAlive(const OwnerId& owner,
                                                         const std::vector<std::string>& lease_ids,
                                                         Milliseconds ttl) {
  MutexLock lock(&mutex_);
  const Clock::Time now = clock_.Now();
  ExpireDue(now);
  if (absl::Status admitted = owners_.Admit(owner, now); !admitted.ok()) return admitted;
  KeepAliveView view;
  for (const std::string& id : lease_ids) {
    Lease* lease = leases_.Find(id);
    if (lease != nullptr && lease->owner_name == owner.name) {
      leases_.SetExpiry(lease, now + ttl);
    } else {
      view.unknown_lease_ids.push_back(id);
    }
  }
  view.draining = draining_;
  view.ports_total = options_.ports.size();
  view.ports_free = pool_.free(now);
  return view;
}

void SessionRegistry::Read(const Lease& lease, SessionCallback done) {
  runner_.Read({lease.socket}, [view = View(lease), done = std::move(done)](auto snapshots) mutable {
    if (!snapshots.ok()) return done(snapshots.status());
    view.snapshot = snapshots->front();
    done(std::move(view));
  });
}

void SessionRegistry::GetSession(const std::string& lease_id, SessionCallback done) {
  {
    MutexLock lock(&mutex_);
    ExpireDue(clock_.Now());
    if (const Lease* lease = leases_.Find(lease_id)) return Read(*lease, std::move(done));
  }
  done(absl::NotFoundError(absl::StrCat("no lease_id ", lease_id, " here")));
}

void SessionRegistry::ListSessions(const std::string& owner_name, const std::string& after, size_t page_size,
                                   PageCallback done) {
  MutexLock lock(&mutex_);
  ExpireDue(clock_.Now());
  std::vector<const Lease*> leases = leases_.Page(owner_name, after, page_size + 1);
  SessionPage page;
  page.last = leases.size() <= page_size;
  if (!page.last) leases.pop_back();
  page.owner_epoch = owners_.LatestEpoch(owner_name);
  page.owner_silence = owners_.SilentFor(owner_name, clock_.Now());
  std::vector<SocketId> sockets;
  for (const Lease* lease : leases) {
    page.sessions.push_back(View(*lease));
    sockets.push_back(lease->socket);
  }
  runner_.Read(std::move(sockets), [page = std::move(page), done = std::move(done)](auto snapshots) mutable {
    if (!snapshots.ok()) return done(snapshots.status());
    for (size_t i = 0; i < snapshots->size(); ++i) page.sessions[i].snapshot = std::move((*snapshots)[i]);
    done(std::move(page));
  });
}

void SessionRegistry::OnTime() {
  MutexLock lock(&mutex_);
  ExpireDue(clock_.Now());
}

std::optional<Clock::Time> SessionRegistry::NextExpiry() const {
  MutexLock lock(&mutex_);
  return leases_.NextExpiry();
}

void SessionRegistry::ExpireDue(Clock::Time now) {
  while (Lease* lease = leases_.FindDue(now)) {
    ++lease_expiries_;
    End(lease, EventKind::kLeaseExpired, nullptr);
  }
}

void SessionRegistry::OnMediaChange(SocketId socket, MediaChange change, const SessionSnapshot& snapshot) {
  MutexLock lock(&mutex_);
  if (change == MediaChange::kMissing) ++diagnoses_[static_cast<size_t>(snapshot.diagnosis)];
  const Lease* lease = leases_.FindBySocket(socket);
  if (lease == nullptr || lease->state != SessionState::kRunning || lease->session != snapshot.number) {
    return;  // overtaken by its end
  }
  SessionView view = View(*lease);
  view.snapshot = snapshot;
  events_({EventOf(change), std::move(view)});
}

void SessionRegistry::StartDraining() {
  MutexLock lock(&mutex_);
  draining_ = true;
}

RegistryCounts SessionRegistry::Counts() const {
  MutexLock lock(&mutex_);
  const Clock::Time now = clock_.Now();
  RegistryCounts counts;
  counts.leases = owners_.Leases();
  counts.running = leases_.running();
  counts.ports_in_use = pool_.in_use();
  counts.ports_free = pool_.free(now);
  counts.ports_quarantined = pool_.quarantined(now);
  counts.ports_unavailable = pool_.unavailable(now);
  counts.draining = draining_;
  counts.lease_rate_refusals = lease_rate_refusals_;
  counts.bind_failures = bind_failures_;
  counts.lease_expiries = lease_expiries_;
  counts.diagnoses = diagnoses_;
  return counts;
}

LeaseView SessionRegistry::ViewLease(const Lease& lease) const {
  const auto left = std::chrono::ceil<Milliseconds>(lease.expires - clock_.Now());
  return {lease.id,
          {lease.owner_name, owners_.LatestEpoch(lease.owner_name)},
          Endpoint(options_.rtp_host, lease.port),
          std::max(left, Milliseconds(0))};
}

// With the snapshot that holds until the runner gives one.
SessionView SessionRegistry::View(const Lease& lease) const {
  SessionView view;
  view.lease = ViewLease(lease);
  view.state = lease.state;
  view.config = lease.config;
  view.snapshot.peer = lease.config.peer;
  view.snapshot.ssrc = lease.ssrc;
  view.leased = lease.leased;
  view.leased_at = lease.leased_at;
  view.started_at = lease.started_at;
  return view;
}

}  // namespace benari::media
