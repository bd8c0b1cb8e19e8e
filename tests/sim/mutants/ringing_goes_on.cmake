# The ringing that a caller hears while its destination is dialled is not stopped.
set(SOURCE control/call/destination_leg.cc)
set(FIND [[if (rings) co_await partners_.StopRinging();]])
set(REPLACE [[]])
set(WITH bots)
