# A destination that is busy or unknown only ends; the call waits for it to answer.
set(SOURCE control/call/destination_leg.cc)
set(FIND [[return destination.started || destination.gone || facts_.Ending();]])
set(REPLACE [[return destination.started || facts_.Ending();]])
