#!/bin/bash
# usage: call.sh [CALLS [SECONDS [HOST]]]
# Calls 3308487 in the stack, one or many at a time (10 more a second), each for so many seconds and speaking for the
# first seven, and says whether the callers heard themselves. Exit code 0 or 1. The phone is the SIPp scenario SCENARIO.
set -euo pipefail
calls=${1:-1} seconds=${2:-5} host=${3:-asterisk}
sip_messages_a_call=3  # out: INVITE, ACK, BYE; in: 100, 200, 200

# packets FIELD: of this container's own network, which carries nothing but the phone's.
packets() { awk -v field="$1" '/^Ip:/ { if (!column) for (i = 1; i <= NF; i++) if ($i == field) column = i; last = $column } END { print last }' /proc/net/snmp; }

one_or_many() { if ((calls == 1)); then echo "the call $1"; else echo "the $calls calls $1"; fi; }

cd "$(mktemp --directory)"
asterisk=$(getent ahostsv4 "$host" | awk '{ print $1; exit }') || { one_or_many "failed: no host named $host"; exit 1; }
sent=$(packets OutRequests) heard=$(packets InDelivers)
code=0
# Each container's SIPp has the same process id, of which it makes branches and Call-IDs. By a branch alone Asterisk knows a
# BYE again, for 32 s: it would take this one for the last call's, and answer there.
once=$RANDOM$RANDOM
sed "s/\[branch\]/&-$once/" "${SCENARIO:-/phone.xml}" >phone.xml
TERM=dumb sipp "$asterisk:5060" -s 3308487 -sf phone.xml -i "$(hostname -i)" -p $((10000 + RANDOM % 20000)) \
  -cid_str "%u-$once@%s" -m "$calls" -l "$calls" -r 10 \
  -d $((seconds * 1000)) -nostdin -trace_err -error_file errors >screen 2>&1 || code=$?
sent=$(($(packets OutRequests) - sent - calls * sip_messages_a_call))
heard=$(($(packets InDelivers) - heard - calls * sip_messages_a_call))

if ((code != 0)); then
  cat errors 2>/dev/null || tail -n 20 screen
  one_or_many "failed: not answered, or hung up on (SIPp says $code)"
  exit 1
fi
if ((sent < calls || heard * 10 < sent * 8)); then
  one_or_many "failed: of $sent packets sent, $heard were heard again"
  exit 1
fi
one_or_many "worked: $heard of $sent packets were heard again"
