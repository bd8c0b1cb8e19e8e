# The session of a stream that is over stays, in the place of what its webhook says next.
set(SOURCE control/flow/webhook_stream.cc)
set(FIND [[co_await legs_.media.Drop();]])
set(REPLACE [[]])
set(WITH webhooks)
