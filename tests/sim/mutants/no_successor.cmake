# A control that was cut off takes the app back without a look at who serves by now.
set(SOURCE control/app/epoch.cc)
set(FIND [[if (!claimed_) co_return successor;]])
set(REPLACE [[if (claimed_ || !claimed_) co_return successor;]])
set(WITH machines,standbys)
