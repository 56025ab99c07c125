#!/bin/sh
# PID 1 of the worker's container, in any image with a POSIX sh: sh shim.sh EXCHANGE-FOLDER PROGRAM [ARGUMENT...]
# Whenever the courier, the other container of the pod, says so, it has runner.sh run PROGRAM on the item; between runs, and
# during one, it listens to the courier and to signals. The words that they exchange, the file names and the statuses are
# those of lib/contract.ts.
#
# It never blocks on a peer that is gone: `down` is opened for reading only once the courier holds its other end, so that
# the courier's death is an end of file; until then a watchdog writes the word that ends the wait.

exchange=$1
shift
signalled=
copying=  # set while what the program writes to standard error is copied to the courier
number=   # of the last run
next=     # the same, until the runner is told of it
runner=   # set while there is a runner
killed=   # the number of the run that was last to be killed
dying=    # set from SIGKILL until the runner is known to be gone
target=   # what signals are sent to: the runner's process group, or, without setsid, the program
starting= # set until the target is known
pending=  # a signal that came before

end() { # STATUS SENTENCE
  { printf '%s\n' "$2" >"${TERMINATION_LOG:-/dev/termination-log}"; } 2>/dev/null
  [ "$1" -eq 0 ] || echo "work-queue: $2" >&2
  exit "$1"
}

# Sends the program a signal; with setsid (nearly every image has it) also all that it and the programs before it started.
signal() { # NAME
  [ "$1" != KILL ] || killed=$number
  # The runner looks for this file before it starts a program: a signal that comes a moment earlier would be lost.
  [ "$1" != TERM ] || { echo >"$exchange/stop.$number"; } 2>/dev/null
  if [ -z "$target" ]; then
    [ -z "$starting" ] || [ "$pending" = KILL ] || pending=$1
    return 0
  fi
  kill -s "$1" -- "$target" 2>/dev/null
  # It may not be told of another run before it is gone: it might take that along.
  if [ "$1" = KILL ] && [ -n "$setsid" ]; then dying=1; fi
}

# Opens both ends of a FIFO, 8 for reading and 9 for writing. In this order no open waits for its other end; busybox ash ends
# when a signal interrupts one that does.
open_both() { # FIFO
  exec 7<>"$1" 8<"$1" 9>"$1" 7<&-
}

# The program's standard error goes to the container's log and, for the dead letter, to the courier. Without tee only to the log.
copy_stderr() {
  exec 6>&2
  command -v tee >/dev/null 2>&1 || return 0
  copying=1
  open_both "$exchange/stderr"
  exec 6>&9 9>&-
  (
    exec 4<&- 5<&- 6>&-
    tee "$exchange/stderr.copy" <&8 >&2
    echo copied 1<>"$exchange/down"
  ) &
  exec 8<&-
}

# What the program wrote last must be in the log before the container ends; 2 s if somebody still holds it open.
finish_copy() {
  [ -n "$copying" ] || return 0
  exec 3<>"$exchange/down" 6>&-
  (
    sleep 2
    echo copied 1<>"$exchange/down"
  ) >/dev/null 2>&1 &
  until [ "$word" = copied ]; do read -r word _ <&3 || word=copied; done
}

# With setsid the runner leads a process group. Twice, because a background job of a shell ignores SIGINT and SIGQUIT, and so
# would the programs: the second setsid, which leads the first one's group, forks by itself and so returns at once.
# The runner holds the only open end of a FIFO, whose end of file says that it is gone.
start_runner() { # PROGRAM [ARGUMENT...]
  runner=1
  open_both "$exchange/runner"
  (
    exec 3>&- 4<&- 5<&- 6>&- 9>&-
    read -r _ <&8
    echo gone 1<>"$exchange/down"
  ) </dev/null >/dev/null 2>&1 &
  exec 7<"$exchange/runs"
  if [ -n "$setsid" ]; then
    starting=1
    setsid setsid "$shell" "$programs/runner.sh" group "$exchange" "$@" </dev/null 3>&- 5<&7 7>&9 8<&- 9>&-
  else
    "$shell" "$programs/runner.sh" process "$exchange" "$@" </dev/null 3>&- 5<&7 7>&9 8<&- 9>&- &
  fi
  exec 7<&- 8<&- 9>&-
}

run_next() { # PROGRAM [ARGUMENT...]
  [ -n "$runner" ] || start_runner "$@"
  [ -n "$setsid" ] || starting=1
  echo "$next" >&3
  next=
}

# SIGKILL ends the runner too, ours or one that the program sends to its group. Then nobody else tells the courier how the run
# has ended. If it has told that before, the courier knows by the number that this is no news.
runner_gone() { # PROGRAM [ARGUMENT...]
  [ -z "$starting" ] || setsid= # it never came up: this setsid is of no use
  runner=
  dying=
  target=
  starting=
  pending=
  echo none >&3
  read -r word _ <&3
  if [ "$word" != none ]; then
    next=$word # it died before it took the run
    read -r word _ <&3
  fi
  if [ -n "$next" ] && [ "$next" != "$killed" ]; then
    run_next "$@"
  else
    next=
    [ -z "$number" ] || echo "exit $number 137" >&4
  fi
}

trap 'signalled=1' TERM INT # an sh that is PID 1 has no default action

programs=${0%/*}
shell=sh
command -v sh >/dev/null 2>&1 || shell=/bin/sh
setsid=
if command -v setsid >/dev/null 2>&1; then setsid=1; fi

# The courier's image may still have to be pulled: 10 minutes, then another pod may have better luck.
tries=0
until [ -n "$signalled" ] || [ -p "$exchange/down" ]; do
  tries=$((tries + 1))
  if [ "$tries" -le 100 ]; then
    sleep 0.1 2>/dev/null || sleep 1
  elif [ "$tries" -le 690 ]; then
    sleep 1
  else
    end 75 "no courier within 10 minutes: is its image there? (kubectl describe pod)"
  fi
done

[ -z "$signalled" ] || end 11 "asked to leave before the courier came"

exec 3<>"$exchange/down" 4<>"$exchange/up" # read-write: neither open blocks
trap 'echo left >"$exchange/down"' TERM INT # a word of its own: some shells go on reading after a trap
[ -z "$signalled" ] || echo left >"$exchange/down"
echo ready >&4
(
  exec 3<&- 4<&-
  sleep 60
  echo silence 1<>"$exchange/down"
) >/dev/null 2>&1 &
watchdog=$!
read -r word status sentence <&3 || word=left
[ "$word" != left ] || end 11 "asked to leave before the courier said a word"
[ "$word" != quit ] || end "$status" "$sentence"
[ "$word" = hello ] || end 75 "the courier made its FIFOs and then said nothing for 60 s"
# The courier says when to quit. It has to know before the program ends of this, or it would take that for a failed attempt;
# its own SIGTERM from the kubelet may come later.
trap 'signalled=1; echo leave >&4; signal TERM' TERM INT
exec 5<"$exchange/down" 3<&-
kill "$watchdog" 2>/dev/null
copy_stderr
exec 3<>"$exchange/runs"
start_runner "$@"

while :; do
  if read -r word status sentence <&5; then
    case $word in
      run)
        number=$status
        next=$status
        [ -n "$dying" ] || run_next "$@"
        ;;
      started)
        target=$status
        starting=
        [ -z "$pending" ] || signal "$pending"
        pending=
        ;;
      ended) target= ;;
      gone) runner_gone "$@" ;;
      term) signal TERM ;;
      kill) signal KILL ;;
      copied) copying= ;;
      quit)
        exec 3>&- # the runner ends
        finish_copy
        end "$status" "$sentence"
        ;;
    esac
  elif [ -n "$signalled" ]; then
    signalled= # the trap interrupted the read
  else
    break
  fi
done

# The courier is dead, and its connection with it: the item is on its way to another pod.
echo "work-queue: the courier is gone; stopping the program" >&2
signal TERM
exec 3>&- 5<>"$exchange/down" # the runner ends with its program
(
  sleep 10
  echo enough 1<>"$exchange/down"
) >/dev/null 2>&1 &
word=
while [ -n "$runner" ] && [ "$word" != gone ] && [ "$word" != enough ]; do
  read -r word status _ <&5
  [ "$word" != started ] || target=$status
done
signal KILL
end 75 "the courier is gone"
