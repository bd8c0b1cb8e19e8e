# A request to Asterisk that gets no answer while media is replaced ends the call.
set(SOURCE control/call.cc)
set(FIND [[
    if (!error.unanswered()) throw;
    unanswered = error;
  }
  if (!failure.empty()) {
]])
set(REPLACE [[
    throw;
  }
  if (!failure.empty()) {
]])
set(WITH machines,audio)
