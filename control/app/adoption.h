#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/app/admission.h"
#include "control/app/call_table.h"
#include "control/app/snapshot.h"
#include "control/app/sweep.h"
#include "control/call/call_context.h"

namespace benari::control {

// Adopts the calls that an earlier process left in Asterisk and media; its other resources are orphaned.
// Confined to the control loop.
class Adoption {
 public:
  struct Adopted {
    std::shared_ptr<Call> call;
    std::optional<Refusal> refusal;
  };

  Adoption(const CallContext& context, CallTable& table, const Admission& admission, const Sweep& sweep)
      : context_(context), table_(table), admission_(admission), sweep_(sweep) {}

  // Adds a call for each caller that has none, and returns these calls, which are to be run.
  std::vector<Adopted> Adopt(const Snapshot& snapshot, const std::map<std::string, NodeLease>& leases);
  // Returns the resources of no call, present or just released, and callers that stayed after their call.
  // Their ids, and those of `leases`, are not used again.
  Sweep::Orphans FindOrphans(const Snapshot& snapshot, const std::map<std::string, NodeLease>& leases);
  // Releases the leases of an earlier process that no adopted call uses.
  boost::asio::awaitable<void> ReleaseUnkept(std::map<std::string, NodeLease> leases);

 private:
  Adopted AdoptOne(const Adoptable& adoptable, const Snapshot& snapshot);
  void NoteUsed(const Sweep::Orphans& orphans, const std::map<std::string, NodeLease>& leases);

  const CallContext& context_;
  CallTable& table_;
  const Admission& admission_;
  const Sweep& sweep_;
};

}  // namespace benari::control
