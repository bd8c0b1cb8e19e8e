#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "control/ari/client.h"
#include "control/record/call_identity.h"

// The name of a call's bridge tells who called, and with which arguments: once another channel has taken the
// caller's place in a transfer, Asterisk has it nowhere else. Pure.
namespace benari::control {

// "NUMBER,EXTENSION,ARGUMENT,…", with commas, '%' and control characters percent-encoded. Empty when that is
// more than Asterisk takes in the target of a request.
std::string BridgeName(const CallIdentity& call);

// Sets number, extension and arguments of `caller`, unless `name` is empty.
void ReadBridgeName(absl::string_view name, ari::Channel& caller);

}  // namespace benari::control
