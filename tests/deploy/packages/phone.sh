#!/bin/bash
# usage: phone.sh PID CALLS SCENARIO
# SIPp on a host of its own, with a cable to the machine whose first process is PID, calls there as SCENARIO of
# tests/harness/sipp says: words and exit code are those of deploy/compose/phone/call.sh. Its end takes the cable away. As root.
set -euo pipefail

machine=$1 calls=$2 scenario=$3
seconds=5  # of a scenario that hangs up
phone_address=10.77.0.2 machine_address=10.77.0.1
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

if [[ ${BENARI_PHONE:-} != inside ]]; then
  exec env BENARI_PHONE=inside unshare --net --uts "$0" "$@"
fi

ip link set lo up
ip link add eth0 type veth peer name phone netns "$machine"
ip address add "$phone_address/24" dev eth0
ip link set eth0 up
nsenter --target "$machine" --net ip address add "$machine_address/24" dev phone
nsenter --target "$machine" --net ip link set phone up
hostname "$phone_address"  # what `hostname -i` says then
export SCENARIO=$repository/tests/harness/sipp/$scenario.xml
exec unshare --pid --fork --kill-child "$repository/deploy/compose/phone/call.sh" "$calls" "$seconds" "$machine_address"
