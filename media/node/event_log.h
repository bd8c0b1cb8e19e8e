#pragma once

#include "media/lease/session_view.h"

namespace benari::media {

// Logs what happened to a session, one line for each event. Thread-safe.
void LogEvent(const SessionEvent& event);

}  // namespace benari::media
