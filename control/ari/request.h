#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "control/ari/client.h"

// The HTTP requests of ari::Client, as Asterisk's rest-api/*.json describes them. All parameters travel in
// the query, none in a body. Pure.
namespace benari::control::ari {

// What is not itself in a list that Asterisk splits at commas, as measured with 22.10.1.
inline constexpr absl::string_view kListSyntax = "\\,\"()[]";

enum class Method { kGet, kPost, kDelete };
const char* MethodName(Method method);

// Pure.
struct Request {
  const char* operation;  // the method of ari::Client it serves, as a metric's label
  Method method;
  std::string target;     // below the URL's path: "/channels/x?reason=busy", percent-encoded
  bool releases = false;  // releases a resource: is sent before requests that do not

  // "POST /channels/externalMedia": for errors, without the query.
  std::string Name() const;
};

// Asterisk's defaults for encapsulation (rtp), transport (udp), connection_type (client) and direction (both)
// are what is wanted.
Request CreateExternalMediaRequest(const std::string& app, const ExternalMediaRequest& request);
Request MakeOriginateRequest(const std::string& app, const OriginateRequest& request);
// `reason` empty: normal; digits: sent as reason_code.
Request HangUpRequest(const std::string& channel_id, const std::string& reason);
Request ContinueRequest(const std::string& channel_id, const std::string& context,
                        const std::string& extension);
Request AnswerRequest(const std::string& channel_id);
Request RingRequest(const std::string& channel_id);
Request StopRingingRequest(const std::string& channel_id);
Request StartMusicRequest(const std::string& channel_id);
Request StopMusicRequest(const std::string& channel_id);
Request PlayRequest(const std::string& channel_id, const std::string& playback_id, const std::string& media);
Request StopPlaybackRequest(const std::string& playback_id);
Request SendDtmfRequest(const std::string& channel_id, const std::string& digits);
Request SetVariableRequest(const std::string& channel_id, const std::string& name, const std::string& value);
Request GetChannelRequest(const std::string& channel_id);
Request ListChannelsRequest();

Request CreateBridgeRequest(const std::string& bridge_id, const std::string& name);
Request DestroyBridgeRequest(const std::string& bridge_id);
// Asterisk splits the list at commas after decoding it, like the arguments of a dial plan application, so the
// special characters of such arguments are escaped in the ids.
Request AddToBridgeRequest(const std::string& bridge_id, const std::vector<std::string>& channel_ids);
Request GetBridgeRequest(const std::string& bridge_id);
Request ListBridgesRequest();

Request GetApplicationRequest(const std::string& name);
Request GetVersionRequest();
Request ListModulesRequest();
Request StartSilenceRequest(const std::string& channel_id);

// The target of the event WebSocket: only what the application subscribed to, not all of Asterisk.
std::string EventsTarget(const std::string& app);

}  // namespace benari::control::ari
