/*
 * Inside a worker pod: courier, shim and runner, for RUNS runs of the program, in an image that has setsid. See README.md
 * beside this file. Switches break single steps:
 *
 *   NO_NUMBER      the courier takes any end for that of its run
 *   NO_DYING       the shim gives a run to a runner that it has killed
 *   NO_STOP_FILE   the runner does not look whether a SIGTERM came before its program began
 *   NO_LEFTOVER    the shim does not look whether the runner that died had taken the run
 *   QUIT_BEFORE    the courier tells the worker to end with 0 before the item is settled
 */

#ifndef RUNS
#define RUNS 2
#endif
#ifndef DEATHS
#define DEATHS 1 /* how often the runner, or its whole group, dies of itself */
#endif

bool one_program = true;        /* no program begins while another one runs */
bool end_is_true = true;        /* the courier hears of the end of a run: its program has ended, or never began */
bool zero_is_true = true;       /* it hears that the run ended with 0: so did its program */
bool signal_is_meant = true;    /* a signal reaches the program of the run that it is for, and no other one */
bool term_is_heard = true;      /* no program begins when SIGTERM was sent for its run */
bool failed_means_ran = true;   /* a run that nobody killed, and no death of the runner, ends by its program */
bool success_means_settled = true; /* both containers end with 0: the courier has settled its items */
#ifdef ONLY
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

mtype = { order, term, kill, quit, started, gone, shutdown, exit_ };

chan down = [6] of { mtype, byte };       /* to the shim, from whoever is in the pod */
chan up = [6] of { mtype, byte, byte };   /* to the courier: the number of the run and its status */
chan to_runner = [1] of { byte };

#define ZERO 0
#define FAILED 1
#define KILLED 2

byte program;             /* the run whose program runs */
byte taken;               /* the run that the runner has taken, until it has told its end */
byte runner;              /* the number of the one that lives, from 1 */
byte doomed;              /* the runner whose group was sent SIGKILL and does not feel it yet */
bool runner_dead;         /* its end is not told yet */
bool stop[RUNS + 1];      /* the file that says that SIGTERM was sent */
bool told[RUNS + 1];      /* SIGTERM has reached the program */
bool ended_with_0[RUNS + 1];
bool asked[RUNS + 1];     /* the courier, or the kubelet, has sent a signal during the run */
bool died[RUNS + 1];      /* the runner died of itself during the run */
bool kubelet_term;        /* both containers are told to end */
bool courier_dead, settled;
bool shim_ended;
byte shim_status, deaths = DEATHS;

/* What gets SIGKILL: the process group. */
inline kill_group() { runner_dead = runner_dead || runner > 0; program = 0; taken = 0; runner = 0 }

proctype group(byte generation) {
  byte n, status;
  {
    down!started(generation);
next:
    atomic { to_runner?n; taken = n };
    atomic {
      if
#ifndef NO_STOP_FILE
      :: stop[n] -> status = FAILED; goto tell
      :: !stop[n] ->
#else
      :: true ->
#endif
         check(one_program, program == 0);
         check(term_is_heard, !stop[n]);
         program = n
      fi
    };
    atomic {
      if
      :: status = ZERO; ended_with_0[n] = true
      :: status = FAILED
      :: told[n] -> status = FAILED /* or it does not care, until SIGKILL */
      fi;
      program = 0
    };
tell:
    atomic { up!exit_(n, status); taken = 0; n = 0; status = 0; goto next }
  } unless { runner != generation }
}

/* The kernel, and the end of the file that only the runner has open. */
proctype watcher() {
end:
  do
  :: atomic {
       doomed > 0 && doomed == runner ->
       doomed = 0;
       check(signal_is_meant, taken == 0 || asked[taken]);
       kill_group()
     }
  :: atomic { runner_dead -> runner_dead = false; down!gone(0) }
  od
}

inline start_runner() { generation++; runner = generation; has_runner = true; starting = true; run group(generation) }

inline run_next() {
  if
  :: !has_runner -> start_runner()
  :: else
  fi;
  to_runner!next;
  next = 0
}

inline send_kill() {
  killed = number;
  if
  :: target ->
     doomed = runner; dying = true
  :: !target && starting -> pending_kill = number
  :: else
  fi
}

inline send_term() {
  stop[number] = true;
  if
  :: target && program > 0 -> check(signal_is_meant, asked[program]); told[program] = true
  :: !target && starting && pending_kill == 0 -> pending_term = number
  :: else
  fi
}

proctype shim() {
  byte number, next, killed, n, status, pending_term, pending_kill, generation;
  bool has_runner, dying, target, starting, shut, told_by_kubelet;

  start_runner();
  do
  :: atomic { down?order(n) ->
       if
       :: shut -> up!exit_(n, FAILED)
       :: else ->
          number = n; next = n;
          if
#ifndef NO_DYING
          :: dying -> skip
#endif
          :: else -> run_next()
          fi
       fi }
  :: atomic { down?started(n) ->
       target = runner > 0; starting = false;
       if
       :: pending_kill > 0 && pending_kill == number -> pending_kill = 0; pending_term = 0; send_kill()
       :: pending_kill == 0 && pending_term > 0 && pending_term == number -> pending_term = 0; send_term()
       :: else -> pending_kill = 0; pending_term = 0
       fi }
  :: atomic { down?gone(n) ->
       has_runner = false; dying = false; target = false; starting = false; pending_term = 0; pending_kill = 0;
       if
       :: to_runner?[n] -> to_runner?n;
#ifndef NO_LEFTOVER
          next = number
#endif
       :: else
       fi;
       if
       :: next > 0 && next != killed -> run_next()
       :: else ->
          next = 0;
          if
          :: number > 0 -> up!exit_(number, KILLED)
          :: else
          fi
       fi }
  :: atomic { down?term(n) -> send_term() }
  :: atomic { down?kill(n) -> send_kill() }
  :: atomic { down?quit(status) -> shim_status = status; break }
  :: atomic { kubelet_term && !told_by_kubelet -> told_by_kubelet = true; shut = true; up!shutdown(0, 0); send_term() }
  :: atomic { courier_dead && empty(down) -> shim_status = 75; break }
  od;
  atomic { program = 0; taken = 0; runner = 0; shim_ended = true } /* the container ends, and all that is in it */
}

proctype courier() {
  byte n = 1, r, s;
  bool terms, kills, stopped;
  {
    do
    :: n <= RUNS && !stopped ->
       down!order(n);
       do
       :: atomic { up?exit_(r, s) ->
            if
#ifndef NO_NUMBER
            :: r != n -> skip
            :: r == n ->
#else
            :: true ->
#endif
               check(end_is_true, program != n);
               check(zero_is_true, s != ZERO || ended_with_0[n]);
               check(failed_means_ran, s != KILLED || asked[n] || died[n]);
               break
            fi }
       :: atomic { up?shutdown(r, s) -> stopped = true }
       :: atomic { !terms && nfull(down) -> terms = true; asked[n] = true; down!term(0) } /* over itemTimeout */
       :: atomic { terms && !kills && nfull(down) -> kills = true; down!kill(0) }
       :: atomic { stopped && !terms -> goto give_up } /* the grace period is over; the item is requeued */
       od;
       atomic { n++; terms = false; kills = false; r = 0; s = 0 }
    :: n > RUNS || stopped -> break
    od;
#ifdef QUIT_BEFORE
    down!quit(0);
    settled = true;
#else
    settled = true;
    down!quit(0);
#endif
    goto over;
give_up:
    down!quit(11);
over:
    skip
  } unless { courier_dead || shim_ended };
  /* a worker that has ended before it was told to is dead: the item is requeued or has failed */
}

/* The kubelet tells both containers, at some moment; the courier may die; so may the runner. */
proctype trouble() {
end:
  do
#ifndef NO_KUBELET
  :: atomic { !kubelet_term && !shim_ended -> kubelet_term = true; asked[1] = true; asked[2] = true; asked[RUNS] = true }
#endif
#ifdef COURIER_DIES
  :: atomic { !courier_dead && !shim_ended -> courier_dead = true }
#endif
  :: atomic { deaths > 0 && runner > 0 && !shim_ended ->
       deaths--;
       if
       :: taken > 0 -> died[taken] = true
       :: else
       fi;
       kill_group() }
  od
}

init {
  atomic { run shim(); run courier(); run watcher(); run trouble() };
  shim_ended;
  check(success_means_settled, shim_status != 0 || courier_dead || settled)
}
