#include "media/rpc/processors.h"

namespace benari::media {

ProcessorConfig ReadProcessor(const v1::StartSessionRequest& request, FieldErrors* errors) {
  switch (request.processor_case()) {
    case v1::StartSessionRequest::kEcho:
      return EchoConfig();
    case v1::StartSessionRequest::PROCESSOR_NOT_SET:
      break;
  }
  errors->Require(false, "processor", "(none)", "echo");
  return EchoConfig();
}

void ToProto(const EchoConfig&, v1::Session* out) { out->mutable_echo(); }

}  // namespace benari::media
