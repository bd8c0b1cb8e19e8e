#pragma once

#include "common/enum_table.h"

// Words for people: logs, metrics, the calls page. Nothing decides by them.
namespace benari::control {

enum class CallPhase {
  kSetup,
  kEcho,
  kBotConnecting,  // the bot was not reached yet
  kBot,            // it was
  kDialing,
  kConnected,
  kWebhook,  // the webhook is asked, or a pause or sound of it goes on
  kReleasing
};

inline constexpr EnumRow<CallPhase> kCallPhaseWords[] = {{CallPhase::kSetup, "setup"},
                                                         {CallPhase::kEcho, "echo"},
                                                         {CallPhase::kBotConnecting, "bot_connecting"},
                                                         {CallPhase::kBot, "bot"},
                                                         {CallPhase::kDialing, "dialing"},
                                                         {CallPhase::kConnected, "connected"},
                                                         {CallPhase::kWebhook, "webhook"},
                                                         {CallPhase::kReleasing, "releasing"}};
static_assert(IsWhole(kCallPhaseWords));
inline constexpr auto kCallPhases = ValuesOf(kCallPhaseWords);
constexpr const char* ToString(CallPhase phase) { return Translate(kCallPhaseWords, phase); }

// Why a caller was refused.
enum class Refusal {
  kFull,        // the limit of calls is reached
  kOverloaded,  // requests to Asterisk wait too long
  kDraining,    // this process ends
  kNoPort,      // no media node has a free port
  kNoMedia,     // no media node does what it is asked
};
inline constexpr EnumRow<Refusal> kRefusalWords[] = {{Refusal::kFull, "full"},
                                                     {Refusal::kOverloaded, "overloaded"},
                                                     {Refusal::kDraining, "draining"},
                                                     {Refusal::kNoPort, "no_port"},
                                                     {Refusal::kNoMedia, "no_media"}};
static_assert(IsWhole(kRefusalWords));
inline constexpr auto kRefusals = ValuesOf(kRefusalWords);
constexpr const char* ToString(Refusal refusal) { return Translate(kRefusalWords, refusal); }

// How a caller's time with a bot ended; but for the last two the value of the channel's variable
// BENARI_BOT_RESULT.
enum class BotResult {
  kClosed,       // by the bot
  kIdle,         // neither of them spoke for long
  kTimeout,      // the longest time was over
  kUnreachable,  // it was never reached
  kLost,         // it was lost, or its media was
  kRefused,      // it may not be dialled
  kHungUp,       // by the caller, or over the API
  kRedirected,   // over the API, to something else
};

inline constexpr EnumRow<BotResult> kBotResultWords[] = {
    {BotResult::kClosed, "closed"},   {BotResult::kIdle, "idle"},
    {BotResult::kTimeout, "timeout"}, {BotResult::kUnreachable, "unreachable"},
    {BotResult::kLost, "lost"},       {BotResult::kRefused, "refused"},
    {BotResult::kHungUp, "hung_up"},  {BotResult::kRedirected, "redirected"}};
static_assert(IsWhole(kBotResultWords));
inline constexpr auto kBotResults = ValuesOf(kBotResultWords);
constexpr const char* ToString(BotResult result) { return Translate(kBotResultWords, result); }

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

inline constexpr EnumRow<CallOutcome> kCallOutcomeWords[] = {
    {CallOutcome::kCompleted, "completed"},
    {CallOutcome::kCallerHungUp, "caller_hung_up"},
    {CallOutcome::kDestinationBusy, "destination_busy"},
    {CallOutcome::kDestinationNoAnswer, "destination_no_answer"},
    {CallOutcome::kDestinationUnknown, "destination_unknown"},
    {CallOutcome::kDestinationFailed, "destination_failed"},
    {CallOutcome::kContinued, "continued"},
    {CallOutcome::kRejected, "rejected"},
    {CallOutcome::kBotFailed, "bot_failed"},
    {CallOutcome::kNoMedia, "no_media"},
    {CallOutcome::kRefused, "refused"},
    {CallOutcome::kFailed, "failed"},
    {CallOutcome::kStopped, "stopped"}};
static_assert(IsWhole(kCallOutcomeWords));
inline constexpr auto kCallOutcomes = ValuesOf(kCallOutcomeWords);
constexpr const char* ToString(CallOutcome outcome) { return Translate(kCallOutcomeWords, outcome); }

// What has to be undone of a call.
enum class UndoStep {
  kLetCallerGo,
  kHangUpDestination,
  kHangUpTransferred,  // who left its place by a transfer, or came too late to take it
  kDestroyBridge,
  kHangUpMedia,
  kReleasePort,
  kStopRingback,
  kStopPlayback
};
inline constexpr EnumRow<UndoStep> kUndoStepWords[] = {{UndoStep::kLetCallerGo, "let_caller_go"},
                                                       {UndoStep::kHangUpDestination, "hang_up_destination"},
                                                       {UndoStep::kHangUpTransferred, "hang_up_transferred"},
                                                       {UndoStep::kDestroyBridge, "destroy_bridge"},
                                                       {UndoStep::kHangUpMedia, "hang_up_media"},
                                                       {UndoStep::kReleasePort, "release_port"},
                                                       {UndoStep::kStopRingback, "stop_ringback"},
                                                       {UndoStep::kStopPlayback, "stop_playback"}};
static_assert(IsWhole(kUndoStepWords));
inline constexpr auto kUndoSteps = ValuesOf(kUndoStepWords);
constexpr const char* ToString(UndoStep step) { return Translate(kUndoStepWords, step); }

}  // namespace benari::control
