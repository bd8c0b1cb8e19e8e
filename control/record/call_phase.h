#pragma once

// Words for people: logs, metrics, the calls page. Nothing decides by them.
namespace benari::control {

enum class CallPhase { kSetup, kEcho, kDialing, kConnected, kReleasing };

inline constexpr CallPhase kCallPhases[] = {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing,
                                            CallPhase::kConnected, CallPhase::kReleasing};

constexpr const char* ToString(CallPhase phase) {
  switch (phase) {
    case CallPhase::kSetup:
      return "setup";
    case CallPhase::kEcho:
      return "echo";
    case CallPhase::kDialing:
      return "dialing";
    case CallPhase::kConnected:
      return "connected";
    case CallPhase::kReleasing:
      return "releasing";
  }
  return "unknown";
}

// Why a caller was refused.
enum class Refusal {
  kFull,        // the limit of calls is reached
  kOverloaded,  // requests to Asterisk wait too long
  kDraining,    // this process ends
  kNoPort,      // no media node has a free port
  kNoMedia,     // no media node does what it is asked
};
inline constexpr Refusal kRefusals[] = {Refusal::kFull, Refusal::kOverloaded, Refusal::kDraining,
                                        Refusal::kNoPort, Refusal::kNoMedia};

constexpr const char* ToString(Refusal refusal) {
  switch (refusal) {
    case Refusal::kFull:
      return "full";
    case Refusal::kOverloaded:
      return "overloaded";
    case Refusal::kDraining:
      return "draining";
    case Refusal::kNoPort:
      return "no_port";
    case Refusal::kNoMedia:
      return "no_media";
  }
  return "unknown";
}

enum class CallOutcome {
  kCompleted,     // caller and destination talked, and one of them hung up
  kCallerHungUp,  // before the destination was there
  kDestinationBusy,
  kDestinationNoAnswer,
  kDestinationUnknown,  // no such number, no route
  kDestinationFailed,   // any other cause
  kNoMedia,             // no RTP came, or the media was lost, and the configuration ends the call then
  kRefused,             // no room: too many calls, or no free port anywhere
  kFailed,              // an error of Asterisk, of media or of our own
  kStopped,             // this process was told to end
};

inline constexpr CallOutcome kCallOutcomes[] = {CallOutcome::kCompleted,
                                                CallOutcome::kCallerHungUp,
                                                CallOutcome::kDestinationBusy,
                                                CallOutcome::kDestinationNoAnswer,
                                                CallOutcome::kDestinationUnknown,
                                                CallOutcome::kDestinationFailed,
                                                CallOutcome::kNoMedia,
                                                CallOutcome::kRefused,
                                                CallOutcome::kFailed,
                                                CallOutcome::kStopped};

constexpr const char* ToString(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kCompleted:
      return "completed";
    case CallOutcome::kCallerHungUp:
      return "caller_hung_up";
    case CallOutcome::kDestinationBusy:
      return "destination_busy";
    case CallOutcome::kDestinationNoAnswer:
      return "destination_no_answer";
    case CallOutcome::kDestinationUnknown:
      return "destination_unknown";
    case CallOutcome::kDestinationFailed:
      return "destination_failed";
    case CallOutcome::kNoMedia:
      return "no_media";
    case CallOutcome::kRefused:
      return "refused";
    case CallOutcome::kFailed:
      return "failed";
    case CallOutcome::kStopped:
      return "stopped";
  }
  return "unknown";
}

// What has to be undone of a call.
enum class UndoStep {
  kLetCallerGo,
  kHangUpDestination,
  kHangUpTransferred,  // who left its place by a transfer, or came too late to take it
  kDestroyBridge,
  kHangUpMedia,
  kReleasePort
};
inline constexpr UndoStep kUndoSteps[] = {UndoStep::kLetCallerGo,       UndoStep::kHangUpDestination,
                                          UndoStep::kHangUpTransferred, UndoStep::kDestroyBridge,
                                          UndoStep::kHangUpMedia,       UndoStep::kReleasePort};

constexpr const char* ToString(UndoStep step) {
  switch (step) {
    case UndoStep::kLetCallerGo:
      return "let_caller_go";
    case UndoStep::kHangUpDestination:
      return "hang_up_destination";
    case UndoStep::kHangUpTransferred:
      return "hang_up_transferred";
    case UndoStep::kDestroyBridge:
      return "destroy_bridge";
    case UndoStep::kHangUpMedia:
      return "hang_up_media";
    case UndoStep::kReleasePort:
      return "release_port";
  }
  return "unknown";
}

}  // namespace benari::control
