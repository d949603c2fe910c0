#!/bin/sh
# Runs a backend's command, and ends all its processes once the supervisor is gone, however that has died: its end of the
# pipe at descriptor 3 closes then.
#   sh guard.sh <backend id> <run> <command> [<argument>...]
# The run is another one at each start: the next supervisor starts the same backend while this still ends the one before.
# The supervisor starts it as the leader of a session, so that its pid is the group's. The pid becomes the command's. What
# watches stays in the group, so that nobody else can be given the group's number meanwhile.
# Its own programs are the system's: the PATH is the user's, and may begin with folders of the worktree.
system=/usr/bin:/bin:/run/current-system/sw/bin
watch='
  group=$1
  mark="BERTH_BACKEND_RUN=$2"
  # Linux shows the environment of a process: it tells what has left the group.
  marked() { grep -lzsxF "$mark" /proc/[0-9]*/environ | tr -cd "0-9\n"; }
  trap "" TERM HUP INT QUIT PIPE USR1 USR2 ALRM
  echo $$ >&3
  read -r _ <&3
  kill -s TERM -- "-$group" $(marked)
  sleep 3
  kill -s KILL $(marked)
  kill -s KILL -- "-$group"
'
id=$1
run=$2
shift 2
(PATH=$system exec /bin/sh -c "$watch" sh $$ "$run" </dev/null >/dev/null 2>&1 &)
exec 3<&-
BERTH_BACKEND=$id BERTH_BACKEND_RUN=$run exec "$@"
