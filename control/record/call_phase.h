#pragma once

// Words for people: logs, metrics, the calls page. Nothing decides by them.
namespace benari::control {

enum class CallPhase {
  kSetup,
  kEcho,
  kBotConnecting,  // the bot was not reached yet
  kBot,            // it was
  kDialing,
  kConnected,
  kWebhook,  // the webhook is asked, or a pause of it goes on
  kReleasing
};

inline constexpr CallPhase kCallPhases[] = {
    CallPhase::kSetup,   CallPhase::kEcho,      CallPhase::kBotConnecting, CallPhase::kBot,
    CallPhase::kDialing, CallPhase::kConnected, CallPhase::kWebhook,       CallPhase::kReleasing};

constexpr const char* ToString(CallPhase phase) {
  switch (phase) {
    case CallPhase::kSetup:
      return "setup";
    case CallPhase::kEcho:
      return "echo";
    case CallPhase::kBotConnecting:
      return "bot_connecting";
    case CallPhase::kBot:
      return "bot";
    case CallPhase::kDialing:
      return "dialing";
    case CallPhase::kConnected:
      return "connected";
    case CallPhase::kWebhook:
      return "webhook";
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

// How a caller's time with a bot ended; but for kHungUp the value of the channel's variable
// BENARI_BOT_RESULT.
enum class BotResult {
  kClosed,       // by the bot
  kIdle,         // neither of them spoke for long
  kTimeout,      // the longest time was over
  kUnreachable,  // it was never reached
  kLost,         // it was lost, or its media was
  kRefused,      // it may not be dialled
  kHungUp,       // by the caller, or over the API
};

inline constexpr BotResult kBotResults[] = {BotResult::kClosed,      BotResult::kIdle, BotResult::kTimeout,
                                            BotResult::kUnreachable, BotResult::kLost, BotResult::kRefused,
                                            BotResult::kHungUp};

constexpr const char* ToString(BotResult result) {
  switch (result) {
    case BotResult::kClosed:
      return "closed";
    case BotResult::kIdle:
      return "idle";
    case BotResult::kTimeout:
      return "timeout";
    case BotResult::kUnreachable:
      return "unreachable";
    case BotResult::kLost:
      return "lost";
    case BotResult::kRefused:
      return "refused";
    case BotResult::kHungUp:
      return "hung_up";
  }
  return "unknown";
}

enum class CallOutcome {
  kCompleted,  // the caller talked to the destination, or to the bot until that was done; or the API hung up
  kCallerHungUp,  // before the destination was there
  kDestinationBusy,
  kDestinationNoAnswer,
  kDestinationUnknown,  // no such number, no route
  kDestinationFailed,   // any other cause
  kContinued,           // the bot was done, and the caller went on in the dial plan
  kRejected,            // by the webhook
  kBotFailed,           // the bot was not reached, or lost, and the configuration ends the call then
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
                                                CallOutcome::kContinued,
                                                CallOutcome::kRejected,
                                                CallOutcome::kBotFailed,
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
    case CallOutcome::kContinued:
      return "continued";
    case CallOutcome::kRejected:
      return "rejected";
    case CallOutcome::kBotFailed:
      return "bot_failed";
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
  kReleasePort,
  kStopRingback
};
inline constexpr UndoStep kUndoSteps[] = {UndoStep::kLetCallerGo,       UndoStep::kHangUpDestination,
                                          UndoStep::kHangUpTransferred, UndoStep::kDestroyBridge,
                                          UndoStep::kHangUpMedia,       UndoStep::kReleasePort,
                                          UndoStep::kStopRingback};

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
    case UndoStep::kStopRingback:
      return "stop_ringback";
  }
  return "unknown";
}

}  // namespace benari::control
