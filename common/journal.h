#pragma once

namespace benari {

// Returns true if stderr goes to systemd's journal, as JOURNAL_STREAM in the environment says, see
// systemd.exec(5): each line gets its time there, and its level from a prefix such as <4>, see sd-daemon(3).
bool StderrIsJournal();

}  // namespace benari
