#include "common/grpc_setup.h"

#include <grpc/support/log.h>

#include "absl/synchronization/mutex.h"
#include "common/log.h"

namespace benari {

void SetUpGrpc() {
  gpr_set_log_function([](gpr_log_func_args* args) { log::Debug(args->message, {{"from", "grpc"}}); });
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace benari
