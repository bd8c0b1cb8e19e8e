#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/endpoint.h"
#include "control/check/finding.h"
#include "control/nodes/media_client.h"

// What media nodes, and a second of audio through each of them, say about the installation. Pure.
namespace benari::control {

// The answers of one node.
struct NodeAnswers {
  std::string address;
  std::optional<NodeStatus> status;    // absent: it did not answer, see problem
  std::optional<NodeSessions> owners;  // what it holds for the owner of the installation
  std::string problem;

  bool takes_calls() const { return status.has_value() && !status->draining && status->ports_free > 0; }
};

Finding OfNode(const NodeAnswers& node, const std::string& owner, bool tls);
// Of all nodes together, compared with --max_calls.
Finding OfPorts(const std::vector<NodeAnswers>& nodes, size_t max_calls);

// A second of audio between Asterisk and a node, both ways at once.
struct AudioResult {
  std::string node;
  Endpoint media;                 // where Asterisk sends RTP to
  Endpoint asterisk;              // where Asterisk sends RTP from
  std::string failed;             // why there was no audio at all to measure; empty: there was
  SessionInfo session;            // the last statistics of the node
  bool heard = false;             // Asterisk has heard what the node sent
  bool can_tell = true;           // false: Asterisk has no TALK_DETECT, which reports that
  std::vector<std::string> left;  // what could not be undone, and when it ends
};

Findings OfAudio(const AudioResult& result);

}  // namespace benari::control
