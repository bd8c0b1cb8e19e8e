#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/loop/timers.h"
#include "tests/fakes/asterisk_types.h"
#include "tests/fakes/event_feed.h"
#include "tests/fakes/pace.h"

namespace benari::fakes {

// Asterisk as far as an ARI application sees it: channels, bridges, Stasis apps, the REST operations and the
// events that they cause, as measured with Asterisk 22.10.1. No sockets; time comes from Timers, chance from
// the seed. An operation takes effect at once or in steps, and its response is known at once: the caller adds
// the latency of request and response (DrawAnswerDelay). Confined to the control loop.
class AsteriskModel {
 public:
  AsteriskModel(control::Timers& timers, AsteriskOptions options);
  AsteriskModel(const AsteriskModel&) = delete;

  // The operations of ARI. Statuses and messages are those of Asterisk.
  Answer<control::ari::Channel> CreateExternalMedia(const std::string& app,
                                                    const control::ari::ExternalMediaRequest& request);
  Answer<control::ari::Channel> Originate(const std::string& app,
                                          const control::ari::OriginateRequest& request);
  Answer<Nothing> HangUp(const std::string& channel_id, const std::string& reason);
  Answer<Nothing> HangUpWithCause(const std::string& channel_id, int cause);
  Answer<Nothing> ContinueInDialplan(const std::string& channel_id, const std::string& context,
                                     const std::string& extension);
  Answer<Nothing> AnswerCaller(const std::string& channel_id);
  Answer<Nothing> Ring(const std::string& channel_id, bool rings);
  Answer<Nothing> Music(const std::string& channel_id, bool plays);
  // Sounds last a second, those called missing fail, tones last until they are stopped. What is asked for
  // while another one goes on is never heard, as after an endless one.
  Answer<Nothing> Play(const std::string& channel_id, const std::string& playback_id,
                       const std::string& media);
  Answer<Nothing> StopPlayback(const std::string& playback_id);
  Answer<Nothing> SendDtmf(const std::string& channel_id, const std::string& digits);
  Answer<Nothing> SetVariable(const std::string& channel_id, const std::string& name,
                              const std::string& value);
  Answer<control::ari::Channel> GetChannel(const std::string& channel_id) const;
  Answer<std::vector<control::ari::Channel>> ListChannels() const;
  Answer<control::ari::Bridge> CreateBridge(const std::string& bridge_id, const std::string& name = "");
  Answer<Nothing> DestroyBridge(const std::string& bridge_id);
  Answer<Nothing> AddToBridge(const std::string& bridge_id, const std::vector<std::string>& channel_ids);
  Answer<Nothing> RemoveFromBridge(const std::string& bridge_id, const std::vector<std::string>& channel_ids);
  Answer<control::ari::Bridge> GetBridge(const std::string& bridge_id) const;
  Answer<std::vector<control::ari::Bridge>> ListBridges() const;
  Answer<std::string> GetVersion() const { return {200, "", options_.version}; }
  Answer<control::ari::Application> GetApplication(const std::string& name) const;
  EventFeed& feed() { return feed_; }
  bool Serves(const std::string& app) const { return feed_.Serves(app); }

  // The phones. An unknown channel id does nothing.
  std::string CallerArrives(const CallerArgs& args);
  void CallerHangsUp(const std::string& channel_id) { FarEndHangsUp(channel_id); }
  void CallerHolds(const std::string& channel_id, bool hold);
  // A key of any channel's phone, held for 120 ms.
  void Press(const std::string& channel_id, const std::string& digit);
  void DestinationHangsUp(const std::string& channel_id);
  // An operator runs `channel redirect` on a caller: it leaves the app and enters it again within 2 ms, with
  // the same arguments, or with `args`.
  void Redirect(const std::string& channel_id, const std::vector<std::string>& args = {});
  // A caller is moved to another application, where it stays until Redirect or a hang-up.
  void MoveAway(const std::string& channel_id);
  // The phone of a member of a bridge of two transfers the call (REFER) to a phone that answers at once: a
  // Local channel takes its place in bridge and app. Returns that channel's id; "": Asterisk refused.
  std::string Transfer(const std::string& channel_id, bool hangs_up = true);
  // By dialled number; "" is for every number without an entry.
  void SetDestination(const std::string& number, Destination destination);

  // Stop ends everything, subscribers' connections included; no request is answered until Start.
  void Stop();
  void Start() { running_ = true; }
  void Restart() {
    Stop();
    Start();
  }
  bool running() const { return running_; }
  std::chrono::milliseconds clock_ahead() const { return options_.clock_ahead; }
  // Changes with each Stop: a request that began before it gets no answer.
  uint64_t generation() const { return generation_; }

  // Returns a line for every channel and bridge that still exists; "" if there is none.
  std::string Leftovers() const;
  // Returns how the last channel with that id ended; nullopt: it exists, or never did.
  std::optional<Ended> EndOf(const std::string& channel_id) const;
  // What each originated channel meets, or met, by its id.
  const std::map<std::string, Destination>& dialled() const { return dialled_; }
  // Which channel each one that came by a transfer took the place of.
  const std::map<std::string, std::string>& replacements() const { return replacements_; }
  const std::map<std::string, ChannelRecord>& channels() const { return channels_; }
  const std::map<std::string, BridgeRecord>& bridges() const { return bridges_; }
  // A sequence number that rises with each change of a bridge's members, with its end, and with who leaves
  // the app.
  uint64_t membership_changes() const { return membership_changes_; }

  Clock::Duration DrawAnswerDelay() { return pace_.Answer(); }

 private:
  // The fields of ChannelHangupRequest for a hang-up by request.
  static constexpr int kShownOfRequests = 32;

  using ChannelStep = void (AsteriskModel::*)(ChannelRecord&);

  // channels: life and end
  ChannelRecord& NewChannel(const std::string& id, const std::string& name, ChannelKind kind,
                            const std::string& app);
  std::string MintId();
  ChannelRecord* Find(const std::string& channel_id);
  void EnterStasis(ChannelRecord& channel);
  void LeaveStasis(ChannelRecord& channel);
  void LeaveApp(ChannelRecord& channel);
  void BeginHangUp(ChannelRecord& channel, int cause, int shown_cause);
  void HangUpFarHalf(ChannelRecord& far, int cause);
  void EndSoon(ChannelRecord& channel, int cause);
  void Finish(ChannelRecord& channel);
  void FarEndHangsUp(const std::string& channel_id);

  // originated channels
  void Dial(ChannelRecord& channel, const Destination& destination, Clock::Duration timeout);
  void Reject(ChannelRecord& channel, int cause, const std::string& dial_status);
  void AnswerExternalMedia(ChannelRecord& channel);
  void AnswerTransferred(ChannelRecord& channel);
  void AnswerDialled(ChannelRecord& channel);
  void Ring(ChannelRecord& channel);
  void RingTimeout(ChannelRecord& channel);
  void StartStasis(ChannelRecord& channel);

  // playbacks
  void FinishPlayback(ChannelRecord& channel, bool failed);
  void FinishPlaybackLater(const ChannelRecord& channel, Clock::Duration delay, bool failed);

  // bridges
  void Join(const std::string& bridge_id, uint64_t bridge_serial, ChannelRecord& channel);
  void LeaveBridge(ChannelRecord& channel, bool moved);

  void Publish(const ChannelRecord& channel, control::ari::Event event);
  void Publish(const ChannelRecord& channel, Notice notice);
  void PublishHangupRequest(const ChannelRecord& channel, int cause, bool soft);
  void PublishBridge(const BridgeRecord& bridge, control::ari::Event event);

  // Runs `step` later, unless the channel has gone or hangs up by then.
  void Later(const ChannelRecord& channel, Clock::Duration delay, ChannelStep step);
  void LaterDo(Clock::Duration delay, std::function<void()> step);
  ChannelRecord* FindSame(const std::string& channel_id, uint64_t serial);

  control::Timers& timers_;
  const AsteriskOptions options_;
  Pace pace_{options_};
  EventFeed feed_{timers_, pace_, options_};

  bool running_ = true;
  uint64_t generation_ = 1;
  bool duplicate_id_seen_ = false;
  uint64_t serial_ = 0;
  uint64_t minted_ids_ = 0;
  uint64_t rtp_ports_ = 0;
  uint64_t membership_changes_ = 0;
  std::map<std::string, Destination> destinations_;
  std::map<std::string, Destination> dialled_;
  std::map<std::string, std::string> replacements_;
  std::map<std::string, ChannelRecord> channels_;
  std::map<std::string, BridgeRecord> bridges_;
  std::map<std::string, Ended> ended_;
  std::map<uint64_t, std::unique_ptr<control::Timer>> steps_;
  uint64_t last_step_ = 0;
};

}  // namespace benari::fakes
