#!/bin/sh
# Runs the program on one item after the other, for shim.sh, which starts it:
#   sh runner.sh group|process SHARED-FOLDER PROGRAM [ARGUMENT...]
# 4 is `up`, 5 gives the numbers of the runs, 6 takes standard error; 7 is open as long as this process lives.
#
# As `group` the runner leads a process group, and the program runs in its foreground: one fork and one exec for each item, and
# all signals as they are by default. The fork comes before the number of the run, so that only the exec remains. What an item's
# program leaves running stays in the group: it gets the next SIGTERM or SIGKILL that is meant for a program, and ends with the
# container. As `process`, if the image has no setsid, the program runs in the background, and only the program itself can be
# told to stop.

wq_mode=$1
wq_shared=$2
shift 2
wq_signalled=
wq_number=
wq_default_signals=

# In a subshell, which the program replaces: its signals must be at their defaults.
become_program() {
  exec 2>&6 <"$wq_shared/item" 4>&- 5<&- 6>&- 7>&- 8>&-
  # SIGTERM may have come before they were. The shim leaves this file before it sends one.
  [ ! -e "$wq_shared/stop.$wq_number" ] || exit 143
  # What the courier writes for each run: `export` of variables, and `set --` if the item stands in the arguments.
  # shellcheck disable=SC1091 # it exists in a pod only
  . "$wq_shared/call"
  # shellcheck disable=SC2086 # an optional prefix of two words
  exec $wq_default_signals "$@"
}

# In a command substitution, which tells the runner the number of the run. Until it has one, what is sent to the process group
# is not meant for it.
take_and_become_program() {
  trap '' HUP INT QUIT TERM
  read -r wq_number <&5 || wq_number=end
  echo "$wq_number"
  [ "$wq_number" != end ] || exit 0
  exec 1>&8
  trap - HUP INT QUIT TERM
  become_program "$@"
}

trap 'wq_signalled=1' HUP INT QUIT TERM
exec 2>/dev/null 8>&1 # some shells would say here that a program was killed

if [ "$wq_mode" = group ]; then
  echo "started -$$" 1<>"$wq_shared/fifos/down"
  until [ "$wq_number" = end ]; do
    wq_number=$(take_and_become_program "$@")
    wq_status=$?
    case $wq_number in end | '') ;; *) echo "exit $wq_number $wq_status" >&4 ;; esac
  done
  exit 0
fi

if env --default-signal=INT,QUIT true >/dev/null 2>&1; then
  wq_default_signals='env --default-signal=INT,QUIT' # a shell lets its background jobs ignore the two
fi
while :; do
  if read -r wq_number <&5; then
    (become_program "$@") &
    wq_program=$!
    echo "started $wq_program" 1<>"$wq_shared/fifos/down"
    while :; do
      wait "$wq_program"
      wq_status=$?
      [ -n "$wq_signalled" ] || break
      wq_signalled= # the trap interrupted the wait
    done
    echo ended 1<>"$wq_shared/fifos/down"
    wq_signalled=
    echo "exit $wq_number $wq_status" >&4
  elif [ -n "$wq_signalled" ]; then
    wq_signalled= # the trap interrupted the read
  else
    exit 0 # the shim wants no more
  fi
done
