#include "common/grpc_log.h"

#include <grpc/support/log.h>

#include "common/log.h"

namespace benari {

void LogGrpcAtDebug() {
  gpr_set_log_function([](gpr_log_func_args* args) { log::Debug(args->message, {{"from", "grpc"}}); });
}

}  // namespace benari
