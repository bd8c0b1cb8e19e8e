#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "media/lease/lease_table.h"
#include "media/lease/owner_table.h"
#include "media/lease/port_pool.h"
#include "media/lease/session_runner.h"
#include "media/lease/session_view.h"

namespace benari::media {

// The leases of a node and the sessions on them; implements the rules of media.proto without gRPC. Requests
// must be within the limits of media.proto; errors have the status codes stated there.
//
// state     StartSession  StopSession          ReleasePort, time runs out
// LEASED    -> RUNNING    FAILED_PRECONDITION  -> gone
// RUNNING   same answer   -> STOPPED           -> gone
// STOPPED   -> RUNNING    same answer          -> gone
//
// Callbacks come with no lock held: an error at once, an answer from the runner later. Thread-safe.
class SessionRegistry {
 public:
  struct Options {
    std::string rtp_host;  // what Asterisk dials
    PortRange ports;
    std::chrono::milliseconds quarantine{1000};
    Rate lease_rate;  // of new leases, for each owner
    std::function<uint32_t()> random_ssrc;
  };
  using Milliseconds = std::chrono::milliseconds;
  using SessionCallback = absl::AnyInvocable<void(absl::StatusOr<SessionView>)>;
  using StatusCallback = absl::AnyInvocable<void(const absl::Status&)>;
  using PageCallback = absl::AnyInvocable<void(absl::StatusOr<SessionPage>)>;
  // Called with the registry's lock held; must only queue the event.
  using EventSink = std::function<void(SessionEvent)>;

  static constexpr size_t kMaxBindTries = 64;  // a request

  // All must outlive the registry, and the runner must be stopped before it goes.
  SessionRegistry(Options options, const Clock& clock, SessionRunner& runner, EventSink events);

  absl::StatusOr<LeaseView> LeasePort(const OwnerId& owner, const std::string& lease_id, Milliseconds ttl)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void ReleasePort(const OwnerId& owner, const std::string& lease_id, SessionCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void StartSession(const OwnerId& owner, const std::string& lease_id, const SessionConfig& config,
                    SessionCallback done) ABSL_LOCKS_EXCLUDED(mutex_);
  void StopSession(const OwnerId& owner, const std::string& lease_id, SessionCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void CommandBot(const OwnerId& owner, const std::string& lease_id, BotCommand command, StatusCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<KeepAliveView> KeepAlive(const OwnerId& owner, const std::vector<std::string>& lease_ids,
                                          Milliseconds ttl) ABSL_LOCKS_EXCLUDED(mutex_);
  void GetSession(const std::string& lease_id, SessionCallback done) ABSL_LOCKS_EXCLUDED(mutex_);
  // `after`: the lease id that the page before ended with, or empty.
  void ListSessions(const std::string& owner_name, const std::string& after, size_t page_size,
                    PageCallback done) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends expired leases. Requests do so too; this covers times without requests.
  void OnTime() ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<Clock::Time> NextExpiry() const ABSL_LOCKS_EXCLUDED(mutex_);

  // From the runner: what happened on a socket.
  void OnMediaChange(SocketId socket, MediaChange change, const SessionSnapshot& snapshot)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on new leases are refused with UNAVAILABLE.
  void StartDraining() ABSL_LOCKS_EXCLUDED(mutex_);
  RegistryCounts Counts() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct BoundPort {
    uint16_t port = 0;
    SocketId socket = 0;
  };

  absl::StatusOr<Lease*> FindOwned(const OwnerId& owner, const std::string& lease_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Lease*> NewLease(const OwnerId& owner, const std::string& lease_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<BoundPort> BindPort(Clock::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Start(Lease* lease, const SessionConfig& config) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SessionRunner::SnapshotCallback Tell(EventKind kind, SessionView view);
  void Stop(Lease* lease, SessionCallback done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(Lease* lease, EventKind kind, SessionCallback done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Read(const Lease& lease, SessionCallback done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireDue(Clock::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LeaseView ViewLease(const Lease& lease) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SessionView View(const Lease& lease) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Clock& clock_;
  SessionRunner& runner_;
  const EventSink events_;

  mutable Mutex mutex_;
  mutable PortPool pool_ ABSL_GUARDED_BY(mutex_);
  LeaseTable leases_ ABSL_GUARDED_BY(mutex_);
  OwnerTable owners_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t sessions_ ABSL_GUARDED_BY(mutex_) = 0;  // started so far
  uint64_t lease_rate_refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t bind_failures_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t lease_expiries_ ABSL_GUARDED_BY(mutex_) = 0;
  std::array<uint64_t, kDiagnoses> diagnoses_ ABSL_GUARDED_BY(mutex_){};
};

}  // namespace benari::media
