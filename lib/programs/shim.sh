#!/bin/sh
# PID 1 of the worker's container, in any image with a POSIX sh: sh shim.sh EXCHANGE-FOLDER PROGRAM [ARGUMENT...]
# It runs PROGRAM on the item whenever the courier, the other container of the pod, says so. The words that the two
# exchange, the file names and the statuses are those of lib/contract.ts.
#
# It never blocks on a peer that is gone: `down` is opened for reading only once the courier holds its other end, so that
# the courier's death is an end of file; until then a watchdog writes the word that ends the wait.

exchange=$1
shift
program_group= # the process group of the program while it runs
starting=      # set from the start of a program until its process group is known
pending=       # a signal that came in between
signalled=
copying=       # set while what the program writes to standard error is copied to the courier

end() { # STATUS SENTENCE
  { printf '%s\n' "$2" >"${TERMINATION_LOG:-/dev/termination-log}"; } 2>/dev/null
  [ "$1" -eq 0 ] || echo "work-queue: $2" >&2
  exit "$1"
}

# Sends the program a signal; with setsid (nearly every image has it) also all that the program started.
signal() { # NAME
  if [ -z "$program_group" ]; then
    [ -z "$starting" ] || pending=$1
    return 0
  fi
  # A program that was started a moment ago may not lead its group yet.
  [ -n "$setsid" ] && kill -s "$1" -- "-$program_group" 2>/dev/null && return 0
  kill -s "$1" "$program_group" 2>/dev/null
  return 0
}

# The program's standard error goes to the container's log and, for the dead letter, to the courier. Without tee only to the log.
copy_stderr() {
  exec 6>&2
  command -v tee >/dev/null 2>&1 || return 0
  copying=1
  # In this order no open waits for its other end; busybox ash ends when a signal interrupts one that does.
  exec 7<>"$exchange/stderr" 8<"$exchange/stderr" 6>"$exchange/stderr" 7<&-
  (
    exec 4<&- 5<&- 6>&-
    tee "$exchange/stderr.copy" <&8 >&2
    echo copied >"$exchange/down"
  ) &
  exec 8<&-
}

# What the program wrote last must be in the log before the container ends; 2 s if somebody still holds it open.
finish_copy() {
  [ -n "$copying" ] || return 0
  exec 3<>"$exchange/down" 6>&-
  (
    sleep 2
    echo copied >"$exchange/down"
  ) >/dev/null 2>&1 &
  until [ "$word" = copied ]; do read -r word _ <&3 || word=copied; done
}

# The program runs in the background because the shell must go on listening, and a shell lets its background jobs ignore
# SIGINT and SIGQUIT; where `env` can, it gives an unmodified program the signals back. The FIFOs are closed for it.
run() {
  starting=1
  (
    # shellcheck disable=SC2086 # two optional prefixes of several words
    exec $setsid $default_signals "$@" <"$exchange/item" 2>&6 4>&- 5<&- 6>&- &
    pid=$!
    echo "started $pid" >"$exchange/down"
    wait "$pid" 2>/dev/null # some shells would say here that it was killed
    status=$?
    echo ended >"$exchange/down"
    echo "exit $status" >&4
  ) &
}

trap 'signalled=1' TERM INT # an sh that is PID 1 has no default action

setsid=
if command -v setsid >/dev/null 2>&1; then setsid=setsid; fi
default_signals=
if env --default-signal=INT,QUIT true >/dev/null 2>&1; then default_signals='env --default-signal=INT,QUIT'; fi

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
  echo silence >"$exchange/down"
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

while :; do
  if read -r word status sentence <&5; then
    case $word in
      run) run "$@" ;;
      started)
        program_group=$status
        starting=
        [ -z "$pending" ] || signal "$pending"
        pending=
        ;;
      ended) program_group= ;;
      term) signal TERM ;;
      kill) signal KILL ;;
      copied) copying= ;;
      quit)
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
tries=0
while [ -n "$program_group" ] && kill -s 0 "$program_group" 2>/dev/null && [ "$tries" -lt 10 ]; do
  tries=$((tries + 1))
  sleep 1
done
signal KILL
end 75 "the courier is gone"
