#!/bin/sh
# Runs the program on one item after the other, for shim.sh, which starts it:
#   sh runner.sh group|process EXCHANGE-FOLDER PROGRAM [ARGUMENT...]
# 4 is `up`, 5 gives the numbers of the runs, 6 takes standard error; 7 is open as long as this process lives.
#
# As `group` it leads a process group, and the program runs in its foreground: one fork and one exec for each item, and all
# signals as they are by default. What an item's program leaves running stays in the group: it gets the next SIGTERM or
# SIGKILL that is meant for a program, and ends with the container. As `process`, where the image has no setsid, the program
# runs in the background, and only the program itself can be told to stop.

mode=$1
exchange=$2
shift 2
signalled=
default_signals=

# In a subshell, of which the program takes the place: caught signals are back at their defaults from its first moment on.
become_program() {
  exec 2>&6 <"$exchange/item" 4>&- 5<&- 6>&- 7>&-
  # SIGTERM may have come before that moment. The shim leaves this file before it sends one.
  [ ! -e "$exchange/stop.$number" ] || exit 143
  # What the courier writes for each run: `export` of variables, and `set --` where the item stands in the arguments.
  . "$exchange/call"
  # shellcheck disable=SC2086 # an optional prefix of two words
  exec $default_signals "$@"
}

trap 'signalled=1' HUP INT QUIT TERM
if [ "$mode" = group ]; then
  echo "started -$$" 1<>"$exchange/down"
elif env --default-signal=INT,QUIT true >/dev/null 2>&1; then
  default_signals='env --default-signal=INT,QUIT' # a shell lets its background jobs ignore the two
fi
exec 2>/dev/null # some shells would say here that a program was killed

while :; do
  if read -r number <&5; then
    if [ "$mode" = group ]; then
      (become_program "$@")
      status=$?
    else
      (become_program "$@") &
      program=$!
      echo "started $program" 1<>"$exchange/down"
      while :; do
        wait "$program"
        status=$?
        [ -n "$signalled" ] || break
        signalled= # the trap interrupted the wait
      done
      echo ended 1<>"$exchange/down"
    fi
    signalled=
    echo "exit $number $status" >&4
  elif [ -n "$signalled" ]; then
    signalled= # the trap interrupted the read
  else
    exit 0 # the shim wants no more
  fi
done
