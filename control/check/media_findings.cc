#include "control/check/media_findings.h"

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace {

std::string DescribeOwner(const NodeAnswers& node, const std::string& owner) {
  if (!node.owners.has_value()) return absl::StrCat("what it holds for --owner=", owner, " is not known");
  const NodeSessions& held = *node.owners;
  if (held.owner_epoch == 0) return absl::StrCat("--owner=", owner, " has not used it so far");
  return absl::StrCat("--owner=", owner, " has ", held.sessions.size(), " leases there, epoch ",
                      held.owner_epoch, ", last heard of ", held.owner_silence.count() / 1000, " s ago");
}

Finding OfWayThere(const AudioResult& result) {
  const SessionInfo& session = result.session;
  const std::string from = result.asterisk.ToString(), to = result.media.ToString();
  if (session.received_packets > 0) {
    const std::string what = absl::StrCat("audio to media ", result.node, ": ", session.received_packets,
                                          " packets arrived, from Asterisk's ", from, " at ", to);
    if (session.lost_packets <= 0) return Ok(what);
    return Warned(absl::StrCat(what, ", and ", session.lost_packets, " were lost on the way"));
  }
  if (session.diagnosis == "stranger") {
    return Failed(absl::StrCat("audio to media ", result.node, ": ", session.diagnosis_text,
                               ": is there NAT between Asterisk and media? then --rtp_source=latch; or "
                               "Asterisk announces an address "
                               "that it does not send from"));
  }
  if (session.diagnosis.empty() || session.diagnosis == "nothing_arrived") {
    return Failed(absl::StrCat(
        "audio to media ", result.node, ": nothing arrived, Asterisk sends from ", from, " to ", to,
        ": does Asterisk reach that address (--rtp_advertise of media, --rtp_bind), is UDP from "
        "--rtp_port_min to --rtp_port_max of media let through by every firewall?"));
  }
  return Failed(absl::StrCat("audio to media ", result.node, ": ", session.diagnosis_text));
}

Finding OfWayBack(const AudioResult& result) {
  const std::string what = absl::StrCat("audio from media ", result.node, ": ");
  const std::string way =
      absl::StrCat(" from ", result.media.ToString(), " to Asterisk's ", result.asterisk.ToString());
  if (result.heard) return Ok(absl::StrCat(what, "Asterisk hears it, at its ", result.asterisk.ToString()));
  if (!result.can_tell) {
    return Warned(absl::StrCat(what,
                               "not measured, Asterisk cannot tell whether it hears: modules.conf has no "
                               "func_talkdetect.so"));
  }
  return Failed(absl::StrCat(what, "Asterisk hears none of ", result.session.sent_packets, " packets sent",
                             way,
                             ": is UDP from rtpstart to rtpend of Asterisk's rtp.conf let through by "
                             "every firewall, is there NAT?"));
}

}  // namespace

Finding OfNode(const NodeAnswers& node, const std::string& owner, bool tls) {
  if (!node.status.has_value()) {
    return Failed(absl::StrCat("media ", node.address, ": ", node.problem,
                               ": look at --media, and at media's --grpc_listen",
                               tls ? ", --media_tls_ca_file and media's --grpc_tls_cert_file" : ""));
  }
  const NodeStatus& status = *node.status;
  const std::string what = absl::StrCat("media ", node.address, ": node ", status.name,
                                        tls ? " over TLS, " : ", ", status.ports_free, " of ",
                                        status.ports_total, " ports are free; ", DescribeOwner(node, owner));
  if (status.draining) return Warned(absl::StrCat(what, "; it drains and takes no new calls"));
  if (status.ports_free == 0)
    return Failed(absl::StrCat(what, ": look at --rtp_port_min and --rtp_port_max of media"));
  return Ok(what);
}

Finding OfPorts(const std::vector<NodeAnswers>& nodes, size_t max_calls) {
  size_t ports = 0;
  for (const NodeAnswers& node : nodes) ports += node.status.has_value() ? node.status->ports_total : 0;
  const std::string what =
      absl::StrCat("ports of media: ", ports, " in all, one a call, --max_calls=", max_calls);
  if (ports >= max_calls) return Ok(what);
  return Warned(absl::StrCat(what,
                             ": callers beyond them are refused; raise --rtp_port_max of media, add "
                             "nodes to --media, or lower --max_calls"));
}

Findings OfAudio(const AudioResult& result) {
  Findings found;
  if (!result.failed.empty()) {
    found.push_back(Failed(absl::StrCat("audio to media ", result.node, ": ", result.failed)));
  } else {
    found.push_back(OfWayThere(result));
    found.push_back(OfWayBack(result));
  }
  for (const std::string& each : result.left)
    found.push_back(Warned(absl::StrCat("audio to media ", result.node, ": not undone: ", each)));
  return found;
}

}  // namespace benari::control
