/* The Job controller, and all that may go wrong. */

byte running, succeeded, failures;
bool alive[SLOTS];

#define wanted (running < COMPLETIONS - succeeded)

/* exit-codes.ts: ExitCode. `ignored` stands for STOPPED and PROGRESSED. A pod that was killed is `ignored` if both
   containers were, and `try_again` otherwise. */
mtype:ending = { undecided, success, ignored, too_many_dead_letters, try_again };

/* coarse-worker-job.ts: podFailurePolicy */
inline account(code) { /* what ends the Job comes last: it stops every pod at once, also in the middle of this */
  running--;
  if
  :: code == success ->
     succeeded++;
     if
     :: succeeded == COMPLETIONS ->
        check(complete_means_settled, all_settled);
        check(complete_means_tolerated, undone_items <= TOLERATED);
        complete = true
     :: else
     fi
  :: code == too_many_dead_letters ->
     check(failed_means_dead_letters, all_settled && dead_letters > TOLERATED);
#ifdef ONLY
     check(failed_means_undone, undone_items > TOLERATED);
#endif
     failed = true
  :: code == ignored
  :: code == try_again ->
     failures++;
     failed = failures > BACKOFF
  fi
}

/* ---- Trouble, up to TROUBLES times; then, where liveness is checked, calm. ---- */

mtype:fate = { fine, lost, killed };
mtype:fate fate[SLOTS] = fine;
bool probes[SLOTS];
byte troubles = TROUBLES, copies;
bool calm;

inline cut(p, what, flag) {
  fate[p] = what;
  probes[p] = false;
  alone[p] = false;
  marks[p] = 0;
  give_back(p, flag);
  release(p)
}

/* A broker that crashes may forget acks: it does not confirm them. Others (FORGETS_DELIVERIES: Apache Qpid Broker-J) keep them,
   but do not know after a crash what they had delivered. */
inline crash_broker() {
#ifdef FORGETS_DELIVERIES
#define FLAG false
#else
#define FLAG true
  if
  :: skip
  :: state[0] == acked -> state[0] = returning; again[0] = true
  :: state[1] == acked -> state[1] = returning; again[1] = true
  :: state[MESSAGES - 1] == acked -> state[MESSAGES - 1] = returning; again[MESSAGES - 1] = true
  fi;
#endif
  for (j : 0 .. SLOTS - 1) {
    if
    :: alive[j] && fate[j] == fine -> cut(j, lost, FLAG)
    :: else
    fi
  }
}

#define victim(p) (!ended && troubles > 0 && alive[p] && fate[p] == fine)

proctype trouble() {
  byte j, k;
end:
  do
  :: atomic { victim(0) -> troubles--; cut(0, killed, true); k = 0 }
  :: atomic { victim(0) -> troubles--; cut(0, lost, true); k = 0 }
  :: atomic { victim(1) -> troubles--; cut(1, killed, true); k = 0 }
  :: atomic { victim(1) -> troubles--; cut(1, lost, true); k = 0 }
#if SLOTS > 2
  :: atomic { victim(2) -> troubles--; cut(2, killed, true); k = 0 }
  :: atomic { victim(2) -> troubles--; cut(2, lost, true); k = 0 }
#endif
  :: atomic { !ended && troubles > 0 -> troubles--; crash_broker(); j = 0; k = 0 }
  od
}

/* From here on nothing crashes, a wait of a second is long enough for what it waits for, and jitter keeps probes apart. */
proctype calming() { atomic { calm = true; troubles = 0 } }

#define somebody_probes (probes[0] || probes[1] || probes[SLOTS - 1])
