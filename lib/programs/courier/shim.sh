#!/bin/sh
# PID 1 of the worker's container, in any image with a POSIX sh: sh shim.sh SHARED-FOLDER PROGRAM [ARGUMENT...]
# Whenever the courier, the other container of the pod, says so, the shim has runner.sh run PROGRAM on the item. Between runs,
# and during one, it listens to the courier and to signals. The words, the file names, the statuses and the times are those of
# lib/contract/shared-volume.ts, exit-codes.ts and limits.ts.
#
# The shim never blocks on a peer that has died: it opens `down` for reading only once the courier holds its other end, so that
# the courier's death is an end of file; until then a watchdog writes the word that ends the wait.
#
# All variables of the two scripts begin with wq_: a variable that the container has, set here, would change for the program.

wq_shared=$1
shift
wq_signalled=
wq_shutdown= # set from SIGTERM on: no other run is started
wq_tee=      # set if standard error is to be copied to the courier
wq_copying=  # the process that copies it
wq_copies=0  # how many such processes there have been
wq_copied=   # the number of the run in which the last of them was started
wq_number=   # of the last run
wq_next=     # the same, until the runner is told of it
wq_runner=   # set while there is a runner: how many there have been
wq_runners=0 # the same, whether there is one or not
wq_watcher=  # the process that says when the runner is gone
wq_killed=   # the number of the run that was last to be killed
wq_dying=    # set from SIGKILL until the runner is known to be gone
wq_target=   # what signals are sent to: the runner's process group, or, without setsid, the program
wq_starting= # set until the target is known
wq_pending=  # a signal that came before, and the number of the run that it is for

end() { # STATUS MESSAGE
  { printf '%s\n' "$2" >"${TERMINATION_LOG:-/dev/termination-log}"; } 2>/dev/null
  # Not with echo, which in some shells interprets backslashes.
  [ "$1" -eq 0 ] || printf 'work-queue: %s\n' "$2" >&2
  exit "$1"
}

# Sends a signal to the program and, with setsid (which nearly every image has), to all that it and the programs before it started.
signal() { # NAME
  [ "$1" != KILL ] || wq_killed=$wq_number
  # The runner looks for this file before it starts a program: a signal that comes a moment earlier would be lost.
  [ "$1" != TERM ] || { echo >"$wq_shared/stop.$wq_number"; } 2>/dev/null
  if [ -z "$wq_target" ]; then
    [ -z "$wq_starting" ] || [ "$wq_pending" = "KILL $wq_number" ] || wq_pending="$1 $wq_number"
    return 0
  fi
  kill -s "$1" -- "$wq_target" 2>/dev/null
  # The runner must not be told of another run before it is gone: it might take that run along.
  if [ "$1" = KILL ] && [ -n "$wq_setsid" ]; then wq_dying=1; fi
}

# Opens both ends of a FIFO, 8 for reading and 9 for writing. In this order no open waits for its other end: busybox ash ends
# when a signal interrupts an open that waits.
open_both() { # FIFO
  # shellcheck disable=SC2094 # a FIFO has both ends
  exec 7<>"$1" 8<"$1" 9>"$1" 7<&-
}

# Whether a process lives. One that has died stays in the table until the shell waits for it.
alive() { # PROCESS
  { read -r wq_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  case $wq_stat in *') Z '*) return 1 ;; esac
}

# The program's standard error goes to the container's log and, for the dead letter, to the courier. Without tee it goes only to
# the log. The shim keeps a reading end, as its standard input: whatever becomes of tee, no program dies of SIGPIPE.
copy_stderr() {
  exec 6>&2
  command -v tee >/dev/null 2>&1 || return 0
  wq_tee=1
  open_both "$wq_shared/fifos/stderr"
  exec 6>&9 9>&- <&8 8<&-
  start_copy
}

start_copy() {
  wq_copies=$((wq_copies + 1))
  wq_copied=$wq_number
  exec 8<&0 # the standard input of a background job is another one
  (
    # A program may send a signal to every process that it may (kill -TERM -1): this ignores what can be ignored, and so does tee.
    trap '' HUP INT QUIT TERM
    exec 3>&- 4<&- 5<&- 6>&-
    tee "$wq_shared/fifos/stderr.copy" <&8 >&2
    echo "copied $wq_copies" 1<>"$wq_shared/fifos/down"
  ) &
  wq_copying=$!
  exec 8<&-
}

# The copy has ended, although the shim did not end it: somebody has killed it. At most once for each run, should it fail at once;
# the next run, and each check, start another one too.
copy_ended() {
  wq_copying=
  [ "$wq_copied" = "$wq_number" ] || start_copy
}

require_copy() {
  [ -z "$wq_tee" ] || [ -n "$wq_copying" ] || start_copy
}

# What the program wrote last must be in the log before the container ends. The wait ends after 2 s if a process still holds it open.
finish_copy() {
  [ -n "$wq_copying" ] || return 0
  exec 3<>"$wq_shared/fifos/down" 6>&-
  (
    sleep 2
    echo "copied $wq_copies" 1<>"$wq_shared/fifos/down"
  ) >/dev/null 2>&1 &
  until [ "$wq_word" = "copied $wq_copies" ]; do read -r wq_word <&3 || break; done
}

# The runner holds the only open end of a FIFO, whose end of file says that it is gone.
watch_runner() {
  open_both "$wq_shared/fifos/runner"
  (
    trap '' HUP INT QUIT TERM # as the copy of standard error does
    exec 3>&- 4<&- 5<&- 6>&- 9>&-
    read -r _ <&8
    echo "gone $wq_runner" 1<>"$wq_shared/fifos/down"
  ) </dev/null >/dev/null 2>&1 &
  wq_watcher=$!
}

# With setsid the runner leads a process group. Twice, because a background job of a shell ignores SIGINT and SIGQUIT, and so
# would the programs: the second setsid, which leads the first one's group, forks by itself and so returns at once.
start_runner() { # PROGRAM [ARGUMENT...]
  wq_runners=$((wq_runners + 1))
  wq_runner=$wq_runners
  watch_runner
  exec 7<"$wq_shared/fifos/runs"
  if [ -n "$wq_setsid" ]; then
    wq_starting=1
    setsid setsid "$wq_shell" "$wq_programs/runner.sh" group "$wq_shared" "$@" </dev/null 3>&- 5<&7 7>&9 8<&- 9>&-
  else
    "$wq_shell" "$wq_programs/runner.sh" process "$wq_shared" "$@" </dev/null 3>&- 5<&7 7>&9 8<&- 9>&- &
  fi
  exec 7<&- 8<&- 9>&-
}

shut_down() {
  wq_shutdown=1
  echo shutdown >&4
  signal TERM
}

run_next() { # PROGRAM [ARGUMENT...]
  [ -n "$wq_runner" ] || start_runner "$@"
  [ -n "$wq_setsid" ] || wq_starting=1
  echo "$wq_next" >&3
  wq_next=
}

# SIGKILL ends the runner too, whether the shim or the program sends it. Then only the shim can tell the courier how the run has
# ended. If the runner has told it before, the courier knows by the number that this is not news.
runner_gone() { # PROGRAM [ARGUMENT...]
  [ -z "$wq_starting" ] || wq_setsid= # the runner never started: this setsid is of no use
  wq_runner=
  wq_dying=
  wq_target=
  wq_starting=
  wq_pending=
  echo none >&3
  read -r wq_word _ <&3
  if [ "$wq_word" != none ]; then
    wq_next=$wq_number # the runner died before it took the run; what it left may be a part of the number
    read -r wq_word _ <&3
  fi
  if [ -n "$wq_next" ] && [ "$wq_next" != "$wq_killed" ]; then
    run_next "$@"
  else
    wq_next=
    [ -z "$wq_number" ] || echo "exit $wq_number 137" >&4
  fi
}

# A program may kill every process but this one (kill -KILL -1). Then nobody is left who says so, and the courier asks. Another
# watcher finds out whether the runner is gone too.
check() {
  [ -z "$wq_copying" ] || alive "$wq_copying" || wq_copying=
  require_copy
  [ -n "$wq_runner" ] && ! alive "$wq_watcher" || return 0
  watch_runner
  exec 8<&- 9>&-
}

trap 'wq_signalled=1' TERM INT # an sh that is PID 1 has no default action

wq_programs=${0%/*}
wq_shell='sh'
command -v sh >/dev/null 2>&1 || wq_shell=/bin/sh
if ! command -v sleep >/dev/null 2>&1; then
  [ -x /bin/sleep ] || end 75 "neither PATH nor /bin has a sleep, which this package needs"
  sleep() { /bin/sleep "$@"; }
fi
wq_setsid=
if command -v setsid >/dev/null 2>&1; then wq_setsid=1; fi

# The courier's image may still have to be pulled. That wait has no bound: a pod does not end before all its containers were
# created, whatever the others do. A courier that is created has 2 minutes, as the kubelet gives the container runtime.
wq_tries=0
wq_created=
until [ -n "$wq_signalled" ] || [ -p "$wq_shared/fifos/down" ]; do
  if [ -z "$wq_created" ] && [ -d "$wq_shared/courier" ]; then
    wq_created=1
    wq_tries=0
  fi
  wq_tries=$((wq_tries + 1))
  if [ "$wq_tries" -le 100 ]; then
    sleep 0.1 2>/dev/null || sleep 1
    continue
  fi
  if [ -n "$wq_created" ]; then
    [ "$wq_tries" -le 210 ] || end 75 "the courier's container was created but did not start within 2 min (kubectl describe pod)"
  elif [ "$wq_tries" -eq 101 ]; then
    echo "work-queue: waiting for the courier's container: is its image available? (kubectl describe pod)" >&2
  fi
  sleep 1
done

[ -z "$wq_signalled" ] || end 11 "terminated before the courier was there"

exec 3<>"$wq_shared/fifos/down" 4<>"$wq_shared/fifos/up" # read-write: neither open blocks
trap 'echo terminated >"$wq_shared/fifos/down"' TERM INT # a word of its own: some shells go on reading after a trap
[ -z "$wq_signalled" ] || echo terminated >"$wq_shared/fifos/down"
echo ready >&4
(
  exec 3<&- 4<&-
  sleep 60
  echo silence 1<>"$wq_shared/fifos/down"
) >/dev/null 2>&1 &
wq_watchdog=$!
read -r wq_word wq_status wq_message <&3 || wq_word=terminated
[ "$wq_word" != terminated ] || end 11 "terminated before the courier said a word"
[ "$wq_word" != quit ] || end "$wq_status" "$wq_message"
[ "$wq_word" = hello ] || end 75 "the courier made its FIFOs and then said nothing for 60 s"
# The courier says when to quit. It has to hear of the signal before the program ends of it, or it would take that for a failed
# attempt: its own SIGTERM from the kubelet may come later.
trap 'wq_signalled=1; shut_down' TERM INT
exec 5<"$wq_shared/fifos/down" 3<&-
kill "$wq_watchdog" 2>/dev/null
copy_stderr
exec 3<>"$wq_shared/fifos/runs"
start_runner "$@"

while :; do
  if read -r wq_word wq_status wq_message <&5; then
    case $wq_word in
      run)
        if [ -n "$wq_shutdown" ]; then
          echo "exit $wq_status 143" >&4 # the order and the signal have crossed; the program would not hear of the signal
        else
          wq_number=$wq_status
          wq_next=$wq_status
          require_copy
          [ -n "$wq_dying" ] || run_next "$@"
        fi
        ;;
      started)
        wq_target=$wq_status
        wq_starting=
        case $wq_pending in ?*" $wq_number") signal "${wq_pending% *}" ;; esac
        wq_pending=
        ;;
      ended) wq_target= ;;
      gone) [ "$wq_status" != "$wq_runner" ] || runner_gone "$@" ;;
      check) check ;;
      term) signal TERM ;;
      kill) signal KILL ;;
      copied) [ "$wq_status" != "$wq_copies" ] || copy_ended ;;
      terminated) shut_down ;; # from the trap that was set until hello
      quit)
        exec 3>&- # the runner ends
        finish_copy
        end "$wq_status" "$wq_message"
        ;;
    esac
  elif [ -n "$wq_signalled" ]; then
    wq_signalled= # the trap interrupted the read
  else
    break
  fi
done

# The courier has died, and its connection with it: the item is on its way to another pod.
echo "work-queue: the courier has died; stopping the program" >&2
signal TERM
exec 3>&- 5<>"$wq_shared/fifos/down" # the runner ends with its program
(
  sleep 10
  echo enough 1<>"$wq_shared/fifos/down"
) >/dev/null 2>&1 &
wq_word=
while [ -n "$wq_runner" ] && [ "$wq_word" != gone ] && [ "$wq_word" != enough ]; do
  read -r wq_word wq_status _ <&5
  [ "$wq_word" != started ] || wq_target=$wq_status
done
signal KILL
end 75 "the courier has died"
