#!/bin/sh
# Runs a backend's command, and ends all its processes once the supervisor is gone, however that has died: its end of the
# pipe at descriptor 3 closes then.
#   sh guard.sh <backend id> <command> [<argument>...]
# The supervisor starts it as the leader of a session, so that its pid is the group's. The pid becomes the command's. What
# watches stays in the group, so that nobody else can be given the group's number meanwhile.
watch='
  group=$1
  mark="BERTH_BACKEND=$2"
  # Linux shows the environment of a process: it tells what has left the group.
  marked() { grep -lzsx "$mark" /proc/[0-9]*/environ | tr -cd "0-9\n"; }
  trap "" TERM HUP INT QUIT PIPE
  echo $$ >&3
  read -r _ <&3
  kill -s TERM -- "-$group" $(marked)
  sleep 3
  kill -s KILL $(marked)
  kill -s KILL -- "-$group"
'
id=$1
shift
(sh -c "$watch" sh $$ "$id" </dev/null >/dev/null 2>&1 &)
exec 3<&-
BERTH_BACKEND=$id exec "$@"
