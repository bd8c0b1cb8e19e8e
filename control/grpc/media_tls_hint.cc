#include "control/grpc/media_tls_hint.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::control {

namespace {

// In TLS 1.3 a node that refuses the client's certificate closes the connection after the client's handshake.
std::string WhyClosed(const TlsFiles& ours) {
  if (ours.ca.empty()) return "does the node want TLS? then set --media_tls_ca_file";
  if (ours.cert.empty()) return "does the node want a client's certificate? then set --media_tls_cert_file";
  return absl::StrCat("is --media_tls_cert_file=", ours.cert, " of the node's --grpc_tls_client_ca_file?");
}

std::string Explain(absl::string_view words, const TlsFiles& ours) {
  if (absl::StrContains(words, "certificate verify failed"))
    return absl::StrCat("the node's certificate is not of --media_tls_ca_file=", ours.ca, ", or has expired");
  if (absl::StrContains(words, "Hostname Verification Check failed"))
    return "the node's certificate is for another name: see --media_tls_server_name";
  if (absl::StrContains(words, "wrong version number"))
    return "the node speaks no TLS: was it started with --grpc_tls_cert_file?";
  const bool before_first_answer = absl::StrContains(words, "failed to connect");
  return before_first_answer && absl::StrContains(words, "Socket closed") ? WhyClosed(ours) : "";
}

}  // namespace

std::string MediaTlsHint(absl::string_view grpc_words, const TlsFiles& ours) {
  const std::string hint = Explain(grpc_words, ours);
  return hint.empty() ? "" : absl::StrCat(" (", hint, ")");
}

}  // namespace benari::control
