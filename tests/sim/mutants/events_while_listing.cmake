# What happens while control lists what Asterisk holds is forgotten.
set(SOURCE control/stasis_app.cc)
set(FIND [[for (const ari::Event& event : waited) Handle(event);]])
set(REPLACE [[static_cast<void>(waited);]])
