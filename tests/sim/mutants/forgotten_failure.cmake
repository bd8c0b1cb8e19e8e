# A destination that is busy or unknown only ends; the call waits for it to answer.
set(SOURCE control/call/destination_leg.cc)
set(FIND [[return HasAnswered() || AllAreGone() || facts_.Ending();]])
set(REPLACE [[return HasAnswered() || facts_.Ending();]])
