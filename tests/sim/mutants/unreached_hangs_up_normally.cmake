# A caller whose webhook had somebody dialled who was not reached is told a normal clearing.
set(SOURCE control/flow/webhook_verbs.cc)
set(FIND [[if (unreached_.has_value()) throw CallOver(*unreached_);]])
set(REPLACE [[]])
set(WITH webhooks)
