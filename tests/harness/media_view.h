#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "benari/media/v1/media.pb.h"
#include "common/endpoint.h"
#include "common/tls_files.h"

namespace benari::e2e {

// Reads the state of a media node over gRPC. Thread-safe.
class MediaView {
 public:
  explicit MediaView(const Endpoint& node, const TlsFiles& tls = {});
  ~MediaView();

  // Returns every lease of the node, from all pages.
  absl::StatusOr<media::v1::ListSessionsResponse> ListSessions() const;
  absl::StatusOr<media::v1::GetSessionResponse> GetSession(const std::string& lease_id) const;

 private:
  struct Stub;  // keeps gRPC's headers out of here
  std::unique_ptr<Stub> stub_;
};

// As grpcurl prints it.
std::string AsJson(const google::protobuf::Message& message);

}  // namespace benari::e2e
