#pragma once

#include <string>

#include "tests/bench/media/figures.h"

namespace benari::bench {

// Markdown: what was wanted of benari-media's bots and what became of it. Pure.
std::string BotGoals(const Results& results);

// Markdown: every profile with every target. Pure.
std::string BotTable(const Results& results);

}  // namespace benari::bench
