# A call that is adopted begins its echo again.
set(SOURCE control/call/call.cc)
set(FIND [[echo_began_ = started_ - *found.bridge_age;]])
set(REPLACE [[echo_began_ = started_;]])
