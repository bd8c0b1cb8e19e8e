#pragma once

#include "tests/fakes/random.h"
#include "tests/sim/scenario.h"

// What the API is asked for in a run. Pure.
namespace benari::sim {

inline constexpr const char* kOrderedUrl = "http://bots/ordered";

// Calls are hung up, transferred, redirected, and sent digits over the API, in whatever they do just then.
void DrawOrders(Scenario& scenario, fakes::Random& random);

// Half of all callers talk to a bot that stays in a transfer until somebody answers.
void DrawAttended(Scenario& scenario, fakes::Random& random);

// The API asks for calls: to who answers, is busy, unknown, or rings for ever.
void DrawDialOuts(Scenario& scenario, fakes::Random& random);

}  // namespace benari::sim
