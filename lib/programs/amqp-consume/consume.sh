#!/bin/sh
# PID 1 of the only container of a pod, in an image that has amqp-tools: sh consume.sh SHARED-FOLDER PROGRAM [ARGUMENT...]
# Has amqp-consume take one item and run PROGRAM on it. Ends with 0 only if the program has, and the broker has the ack.
#
# What amqp-consume does by itself (0.11, as Debian 12 has it), and what this script makes of it:
# - It ends with 0, whatever becomes of the program. The program's status is kept in a file.
# - It takes the options of the program for its own, unless `--` is before the program.
# - It ends at SIGTERM and leaves the program running. The signal goes to the program, which amqp-consume waits for.
# - It hands its sockets on to the program, so a dead amqp-consume keeps its connection. They are closed.
# - It gives the item over a pipe: a program that does not read it, or not all of it, kills amqp-consume. The item is a file.
# - If it dies while it writes to the pipe, the program gets the start of the item. Such a start is not taken for an item.
# - It waits forever, also for a queue that is deleted. The wait has a limit.
# - Credentials in its arguments are in the list of processes. They come over its standard input, but not with TLS, for which
#   it refuses every way but a URL.
#
# It calls this script again, as `consume.sh mark` and `consume.sh item`. All variables begin with wq_, as in shim.sh. The
# names, the statuses and the time are those of lib/contract/shared-volume.ts, exit-codes.ts and limits.ts.

end() { # STATUS MESSAGE
  { printf '%s\n' "$2" >"${TERMINATION_LOG:-/dev/termination-log}"; } 2>/dev/null
  [ "$1" -eq 0 ] || printf 'work-queue: %s\n' "$2" >&2
  exit "$1"
}

# amqp-consume has read the seeder's mark: the queue is full. Without a 0, the mark goes back.
mark() { # SHARED-FOLDER
  cat >/dev/null
  echo >"$1/seeded"
  exit 1
}

# amqp-consume has an item: runs the program on it.
item() { # SHARED-FOLDER PROGRAM [ARGUMENT...]
  exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
  wq_shared=$1
  cat >"$wq_shared/item" || exit 75
  # A process that ends loses its files before the others see the end of its pipe.
  [ -e "/proc/$PPID/fd/2" ] || exit 75
  (
    sleep "$ITEM_TIMEOUT_SECONDS"
    echo >"$wq_shared/timeout"
    kill -s TERM "$(cat "$wq_shared/program")"
    sleep "$TERMINATION_GRACE_SECONDS"
    kill -s KILL "$(cat "$wq_shared/program")"
  ) </dev/null >/dev/null 2>&1 &
  wq_watchdog=$!
  wq_default_signals=
  if env --default-signal=INT,QUIT true >/dev/null 2>&1; then
    wq_default_signals='env --default-signal=INT,QUIT' # a shell lets its background jobs ignore the two
  fi
  # shellcheck disable=SC2016,SC2086 # the inner shell expands it; an optional prefix of two words
  $wq_default_signals sh -c '
    echo "$$" >"$0/program"
    # Whoever makes this file looks for the program afterwards.
    [ ! -e "$0/stop" ] || exit 143
    exec "$@"' "$@" <"$wq_shared/item"
  wq_status=$?
  kill "$wq_watchdog" 2>/dev/null
  echo "$wq_status" >"$wq_shared/status"
  exit "$wq_status"
}

case $1 in
mark)
  shift
  mark "$@"
  ;;
item)
  shift
  item "$@"
  ;;
esac

wq_shared=$1
wq_self=$0
wq_consumer=

# SIGTERM: the program ends, or there is none yet, and amqp-consume ends.
stop() {
  echo >"$wq_shared/stop"
  if [ -s "$wq_shared/program" ]; then
    kill -s TERM "$(cat "$wq_shared/program")" 2>/dev/null
  elif [ -n "$wq_consumer" ]; then
    kill -s TERM "$wq_consumer" 2>/dev/null
  fi
}

give_up() {
  [ ! -s "$wq_shared/program" ] || return 0
  echo >"$wq_shared/late"
  stop
}

trap stop TERM INT
trap give_up USR1

# The text of a URL's part: %2F is a slash.
decoded() { # TEXT
  wq_rest=$1
  wq_text=
  while :; do
    case $wq_rest in
      *%[0-9A-Fa-f][0-9A-Fa-f]*) ;;
      *) break ;;
    esac
    wq_text=$wq_text${wq_rest%%\%*}
    wq_rest=${wq_rest#*%}
    wq_hex=${wq_rest%"${wq_rest#??}"}
    case $wq_hex in
      [0-9A-Fa-f][0-9A-Fa-f])
        # shellcheck disable=SC2059 # the format is an escape
        wq_text=$wq_text$(printf "\\$(printf %03o "0x$wq_hex")")
        wq_rest=${wq_rest#??}
        ;;
      *) wq_text=$wq_text% ;;
    esac
  done
  printf %s "$wq_text$wq_rest"
}

# BROKER_URL has no credentials: amqp://HOST[:PORT][/VIRTUAL-HOST], or amqps://. Values of a Secret may end with a newline.
read_address() {
  wq_url=$(printf %s "$BROKER_URL" | tr -d '\r\n\t')
  wq_tls=
  wq_port=5672
  case $wq_url in amqps://*)
    wq_tls=1
    wq_port=5671
    ;;
  esac
  wq_host=${wq_url#*://}
  wq_path=
  case $wq_host in */*) wq_path=${wq_host#*/} ;; esac
  wq_path=${wq_path:-%2F}
  wq_host=${wq_host%%/*}
  case $wq_host in
    *[][@]* | *:*:*) end 75 "amqp-consume needs the name or the IPv4 address of the broker, and BROKER_URL has another host" ;;
    *:*)
      wq_port=${wq_host#*:}
      wq_host=${wq_host%:*}
      ;;
  esac
  # What is wrong in a URL, amqp-consume prints with its password.
  case $wq_host in '' | *[!A-Za-z0-9._-]*) end 75 "BROKER_URL has no host that amqp-consume accepts" ;; esac
  case $wq_port in '' | *[!0-9]* | ??????*) end 75 "BROKER_URL has no port that amqp-consume accepts" ;; esac
}

credential() { # username|password
  wq_value=$(cat "$BROKER_CREDENTIALS_DIR/$1") || end 75 "the $1 of the broker cannot be read"
  [ -n "$wq_tls" ] || [ "$(printf %s "$wq_value" | wc -c)" -le 117 ] ||
    end 75 "the $1 of the broker has more than 117 bytes, the maximum of amqp-consume"
  printf %s "$wq_value"
}

# Each byte as it may stand in a URL.
encoded() { # TEXT
  printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}

# Has amqp-consume take one message and call this script with it. Sets wq_status.
consume() { # QUEUE HEARTBEAT ARGUMENT...
  wq_from=$1
  wq_heartbeat=$2
  shift 2
  wq_user=$(credential username) || exit 75
  wq_password=$(credential password) || exit 75
  if [ -n "$wq_tls" ]; then
    amqp-consume --url "amqps://$(encoded "$wq_user"):$(encoded "$wq_password")@$wq_host:$wq_port/$wq_path" \
      --cacert "${BROKER_CA_FILE:-/etc/ssl/certs/ca-certificates.crt}" \
      --heartbeat "$wq_heartbeat" -q "$wq_from" -c 1 -- sh "$wq_self" "$@" &
  else
    printf 'username:%s\npassword:%s\n' "$wq_user" "$wq_password" |
      amqp-consume --server "$wq_host" --port "$wq_port" --vhost "$(decoded "$wq_path")" --authfile /dev/stdin \
        --heartbeat "$wq_heartbeat" -q "$wq_from" -c 1 -- sh "$wq_self" "$@" &
  fi
  wq_consumer=$!
  # A signal may have come before there was a process to end.
  [ ! -e "$wq_shared/stop" ] || stop
  while :; do
    wait "$wq_consumer"
    wq_status=$?
    kill -0 "$wq_consumer" 2>/dev/null || break # otherwise a signal has interrupted the wait
  done
  wq_consumer=
}

# How the pod ends, if there is more to say than that amqp-consume took nothing.
end_if_over() {
  if [ -s "$wq_shared/status" ]; then
    wq_program_status=$(cat "$wq_shared/status")
    if [ "$wq_program_status" -eq 0 ]; then
      [ "$wq_status" -eq 0 ] || end 75 "the program has ended with 0, but amqp-consume with $wq_status: the item may run again"
      end 0 "the program has ended with 0, and the item is acknowledged"
    fi
    [ ! -e "$wq_shared/stop" ] || end 143 "terminated; the item returns to the queue"
    wq_why="exit $wq_program_status"
    [ ! -e "$wq_shared/timeout" ] || wq_why="it took longer than $ITEM_TIMEOUT_SECONDS s (itemTimeout)"
    end "$wq_program_status" "the program has failed ($wq_why); the item returns to the queue"
  fi
  [ ! -e "$wq_shared/late" ] ||
    end 75 "no item came within 30 min: the queue is not filled, or what is left in it became dead letters (queue $QUEUE.dead)"
  [ ! -e "$wq_shared/stop" ] || end 143 "terminated before there was an item"
  [ ! -s "$wq_shared/program" ] || end 75 "amqp-consume has ended with $wq_status before the program: the item returns to the queue"
}

# Waits for longer each time. What amqp-consume says of the reason is in the log.
pause() {
  wq_pause=$((${wq_pause:-0} * 2 + 1))
  [ "$wq_pause" -le 30 ] || wq_pause=30
  echo "work-queue: amqp-consume has ended with $wq_status, without a message from queue $wq_from; trying again in $wq_pause s" >&2
  sleep "$wq_pause" &
  wait "$!"
  end_if_over
}

command -v amqp-consume >/dev/null 2>&1 || end 127 "the image has no amqp-consume: install amqp-tools, or omit delivery"
read_address
(
  sleep 1800
  kill -s USR1 "$$"
) </dev/null >/dev/null 2>&1 &

# A consumer that comes before the seeder has ended would be in its way.
while :; do
  consume "$QUEUE.seeded" 30 mark "$wq_shared"
  [ ! -e "$wq_shared/seeded" ] || break
  end_if_over
  pause
done
wq_pause=0
while :; do
  # Without heartbeats: amqp-consume sends none while the program runs.
  consume "$QUEUE" 0 item "$@"
  end_if_over
  pause
done
