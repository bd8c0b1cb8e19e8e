# A request to Asterisk that gets no answer while media is replaced ends the call.
set(SOURCE control/call/media_leg.cc)
set(FIND [[
    failure = error.what();
    if (error.unanswered()) unanswered = error;
  }
  if (!unanswered.has_value() && !failure.empty()) {
]])
set(REPLACE [[
    throw;
  }
  if (!failure.empty()) {
]])
set(WITH machines,audio)
