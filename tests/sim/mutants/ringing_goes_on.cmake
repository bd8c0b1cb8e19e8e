# The ringing or music that a caller hears while its destination is dialled is not stopped.
set(SOURCE control/call/destination_leg.cc)
set(FIND [[Choose();
  if (ringback_) co_await StopRingback();]])
set(REPLACE [[Choose();]])
