# A call that is adopted begins its echo again.
set(SOURCE control/call/call.cc)
set(FIND [[media_leg_.AdoptBegan(started_ - *found.bridge_age);]])
set(REPLACE [[media_leg_.AdoptBegan(started_);]])
