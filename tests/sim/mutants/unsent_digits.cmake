# Digits for a caller are accepted, and not sent.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[co_await ari.SendDtmf(caller, digits);]])
set(REPLACE [[co_return;]])
set(WITH orders)
