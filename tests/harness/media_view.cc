#include "tests/harness/media_view.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include "benari/media/v1/media.grpc.pb.h"
#include "common/grpc_channel.h"
#include "common/grpc_tls.h"

namespace benari::e2e {
namespace {
constexpr std::chrono::seconds kTimeout{10};
constexpr int kAttempts = 3;

// A blocking client answers no keep-alive pings between its calls, so the node may have closed the connection
// meanwhile: UNAVAILABLE is tried again.
template <typename Request, typename Response>
absl::Status Ask(media::v1::Media::Stub& rpc,
                 grpc::Status (media::v1::Media::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                Response*),
                 const Request& request, Response* response) {
  grpc::Status status;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kTimeout);
    context.set_wait_for_ready(true);
    status = (rpc.*method)(&context, request, response);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) break;
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}
}  // namespace

struct MediaView::Stub {
  std::unique_ptr<media::v1::Media::Stub> rpc;
};

MediaView::MediaView(const Endpoint& node, const TlsFiles& tls) : stub_(std::make_unique<Stub>()) {
  stub_->rpc = media::v1::Media::NewStub(NewChannel(node.ToString(), NewChannelCredentials(tls)));
}

MediaView::~MediaView() = default;

absl::StatusOr<media::v1::ListSessionsResponse> MediaView::ListSessions() const {
  media::v1::ListSessionsResponse all;
  media::v1::ListSessionsRequest request;
  do {
    media::v1::ListSessionsResponse page;
    const absl::Status status = Ask(*stub_->rpc, &media::v1::Media::Stub::ListSessions, request, &page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
    all.set_next_page_token("");
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<media::v1::GetSessionResponse> MediaView::GetSession(const std::string& lease_id) const {
  media::v1::GetSessionRequest request;
  request.set_lease_id(lease_id);
  media::v1::GetSessionResponse response;
  const absl::Status status = Ask(*stub_->rpc, &media::v1::Media::Stub::GetSession, request, &response);
  if (!status.ok()) return status;
  return response;
}

std::string AsJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;  // reflection of C++ servers tells no other names
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  // grpcurl indents by two.
  std::string indented;
  for (bool at_start = true; char c : text) {
    at_start = c == '\n' || (at_start && c == ' ');
    indented.append(at_start && c == ' ' ? 2 : 1, c);
  }
  return indented;
}

}  // namespace benari::e2e
