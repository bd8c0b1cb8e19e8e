#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_webhooks.h"
#include "tests/fakes/random.h"
#include "tests/sim/scenario.h"

// What the modelled webhook answers in TwiML, and what has to become of callers by it. Pure.
namespace benari::sim {

// Puts callers through the webhook flow, with documents that the webhook answers: some slowly, some not at
// all. Each leads to later ones only, so that every call comes to an end.
void DrawDocuments(Scenario& scenario, fakes::Random& random);

// A document that leads to no other one: what is between <Response> and </Response>.
std::string DrawDocument(fakes::Random& random);
// The same, as the answer of a webhook.
fakes::FakeWebhookServer::Reply DrawAnswer(fakes::Random& random);

// True if a document may end a call by itself, however its bots and destinations fare.
bool DocumentsMayHangUp(const Scenario& scenario);

// True if some have several numbers dialled at once.
bool DocumentsDialSeveral(const Scenario& scenario);

// The end of a call that nothing disturbs.
struct DocumentEnd {
  enum class Kind {
    kHungUp,   // by benari, with `cause`
    kTalks,    // to a destination, until one of them hangs up
    kDialsOn,  // another destination than those it met
  };
  Kind kind = Kind::kHungUp;
  int cause = 0;  // Q.850
};
// `met`: the destinations that were dialled for the caller, in order, one at a time.
DocumentEnd EndByDocuments(const Scenario& scenario, const std::vector<fakes::Destination>& met);

// The same for a call that runs what the API has asked for: a transfer, a document or a URL. `on_failure`: of
// its bot or webhook.
DocumentEnd EndByOrder(const Scenario& scenario, const Order& order, control::AfterBot on_failure,
                       const std::vector<fakes::Destination>& met);

// True if it has several numbers dialled at once.
bool DialsSeveral(const std::string& document);

// "" or what is wrong with the status callbacks of calls that nothing disturbed.
std::string CheckStreamEvents(const fakes::FakeWebhookServer& webhook);

// Q.850, of what a caller is told whose destination is this one.
int CauseOf(const fakes::Destination& destination);

}  // namespace benari::sim
