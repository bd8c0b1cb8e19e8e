#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "control/call/call_over.h"
#include "control/call/flow.h"
#include "control/flow/webhook_questions.h"

namespace benari::control {

// Twilio's word for how it ended with somebody who was not reached. Pure.
const char* DialStatusOf(CallOutcome outcome);

// Tells the statusCallback of each <Number> and <Sip> of a <Dial> how its call gets on, as Twilio does
// (https://www.twilio.com/docs/voice/twiml/number#attributes-status-callback-event). Confined to the control
// loop.
class DialReports {
 public:
  // `dial` has the targets that are dialled, in the order of Dialing::endpoints; `document` is the URL that
  // it comes from, `caller_id` what they are shown.
  DialReports(Legs& legs, WebhookQuestions& questions, twiml::Dial dial, std::string document,
              std::string caller_id);

  // To be called when facts of those that are dialled may have changed.
  void OnNews();
  // Says of each one that has not ended how it does: it is hung up, or was not reached.
  void End();

 private:
  struct Told {
    std::string status;  // "": nothing yet
    std::string sid;     // it keeps this one when it is dialled again
    int sequence = 0;    // of the next report
    Clock::Time began;   // the present status
  };

  std::string StatusOf(size_t nth) const;
  std::string EndOf(size_t nth) const;
  bool RangToTheEnd(size_t nth) const;
  void Report(size_t nth, const std::string& status);

  Legs& legs_;
  WebhookQuestions& questions_;
  const twiml::Dial dial_;
  const std::string document_;
  const std::string caller_id_;
  std::vector<Told> told_;  // as many as targets
};

}  // namespace benari::control
