/* The Job controller, and all that may go wrong. worker-job.ts: completionMode. The lowest index comes first. */

byte running, succeeded, failures; /* of the indexes but the last one: they are all alike */
bool last_runs, last_succeeded;    /* the last index, which ends by the mark alone */
bool alive[SLOTS];
byte counted[3];                   /* how many pods have counted it */

#define others_wanted (running + succeeded < COMPLETIONS - 1)
#define last_wanted (!last_runs && !last_succeeded)
#define wanted (others_wanted || last_wanted)

/* exit-codes.ts: ExitCode. `items_lost` is ITEMS_LOST, and `try_again` also ITEMS_MISSING. `ignored` stands for STOPPED and PROGRESSED. A pod that was killed is `ignored` if both containers were, and `try_again`
   otherwise. */
mtype:ending = { undecided, success, ignored, too_many_dead_letters, items_lost, try_again };

/* worker-job.ts: podFailurePolicy */
inline account(code) { /* what ends the Job comes last: it stops every pod at once, also in the middle of this */
  if
  :: last -> last_runs = false; last_succeeded = code == success
  :: else -> running--; succeeded = succeeded + (code == success)
  fi;
  last = false;
  if
  :: code == success ->
     if
     :: last_succeeded && succeeded == COMPLETIONS - 1 ->
        check(complete_means_settled, all_settled);
        check(complete_means_tolerated, undone_items <= TOLERATED);
        complete = true
     :: else
     fi
  :: code == too_many_dead_letters ->
     check(failed_means_dead_letters, all_settled && lettered[0] + lettered[1] + lettered[2] > TOLERATED);
#ifdef ONLY
     check(failed_means_undone, undone_items > TOLERATED);
#endif
     failed = true
  :: code == items_lost ->
     check(no_false_loss, losing);
     failed = true
  :: code == ignored
  :: code == try_again ->
     failures++;
     failed = failures > BACKOFF
  fi
}

/* ---- Trouble, up to TROUBLES times; then, where liveness is checked, calm. ---- */

bool cut[SLOTS];    /* the broker has closed the connection that consumes and has the lock; the courier does not know it yet */
bool killed[SLOTS];
byte troubles = TROUBLES, losses = LOSSES, restores = RESTORES, drops = DROPS, copies;
bool calm;

inline disconnect(p, flag) {
  give_back(p, flag);
#ifdef MARK_MAY_BE_AWAY
  if
  :: skip
  :: mark > 0 -> mark_away = true /* it was reading the mark */
  fi;
#endif
  lock = (lock == p + 1 -> 0 : lock)
}

inline disconnect_all(flag) {
  for (j : 0 .. SLOTS - 1) {
    if
    :: alive[j] && !cut[j] && !killed[j] -> cut[j] = true; disconnect(j, flag)
    :: else
    fi
  }
}

inline forget_ack(i) { state[i] = returning; again[i] = true; one_more_run(item[i]) }

/* What an older copy knows of a message and of its item's record. Each part may be of another time. */
inline restore(i) {
  if
  :: skip
  :: state[i] != absent -> state[i] = ready; again[i] = i >= ITEMS; one_more_run(item[i]); /* and so a first delivery */
     if
     :: skip
     :: record[item[i]] = 0; losing = true
     fi
  :: record[item[i]] = 0; losing = true
  fi
}

#define may_cut(p) (!ended && troubles > 0 && alive[p] && !cut[p] && !killed[p])
#define may_kill(p) (!ended && troubles > 0 && alive[p] && !killed[p])
#define may_lose (!ended && losses > 0)
#define may_drop(i) (!ended && drops > 0 && is_ready(i))

proctype trouble() {
  byte j;
end:
  do
  :: atomic { may_cut(0) -> troubles--; cut[0] = true; disconnect(0, true) }
  :: atomic { may_kill(0) -> troubles--; killed[0] = true; disconnect(0, true) }
  :: atomic { may_cut(1) -> troubles--; cut[1] = true; disconnect(1, true) }
  :: atomic { may_kill(1) -> troubles--; killed[1] = true; disconnect(1, true) }
#if SLOTS > 2
  :: atomic { may_cut(2) -> troubles--; cut[2] = true; disconnect(2, true) }
  :: atomic { may_kill(2) -> troubles--; killed[2] = true; disconnect(2, true) }
#endif
  :: atomic { /* the broker crashes, and may forget an ack: it does not confirm them */
       !ended && troubles > 0 ->
       troubles--;
#ifdef FORGETS_DELIVERIES /* Apache Qpid Broker-J keeps the ack, but does not know afterwards what it had delivered */
       disconnect_all(false);
#else
       if
       :: skip
       :: state[0] == acked -> forget_ack(0)
       :: state[1] == acked -> forget_ack(1)
       :: state[MESSAGES - 1] == acked -> forget_ack(MESSAGES - 1)
       fi;
       disconnect_all(true);
#endif
       j = 0
     }
#if DROPS > 0
  :: atomic { may_drop(0) -> drops--; state[0] = acked; letter[item[0]] = true; lettered[item[0]] = true }
  :: atomic { may_drop(1) -> drops--; state[1] = acked; letter[item[1]] = true; lettered[item[1]] = true }
#endif
#ifdef LETTERS_HELD
  :: atomic { !ended && !calm -> letters_held = !letters_held }
#endif
#if LOSSES > 0
  :: atomic { may_lose && is_ready(0) -> losses--; losing = true; state[0] = absent } /* a purge, a policy */
  :: atomic { may_lose && is_ready(1) -> losses--; losing = true; state[1] = absent }
  :: atomic { may_lose && sees_mark -> losses--; mark = 0 }
  :: atomic { may_lose && letter[0] -> losses--; losing = true; letter[0] = false }
  :: atomic { may_lose && letter[1] -> losses--; losing = true; letter[1] = false }
  :: atomic { /* the power fails: the last records are not on the disk yet */
       may_lose ->
       losses--;
       losing = true;
       claimed = false;
       if
       :: record[0] = 0
       :: record[1] = 0
       :: record[0] = 0; record[1] = 0; record[2] = 0
       fi;
       end_of_ledger();
       disconnect_all(true);
       j = 0
     }
  :: atomic { may_lose -> losses--; losing = true; work_deleted = true; for (j : 0 .. MESSAGES - 1) { state[j] = absent } j = 0 }
  :: atomic { may_lose -> losses--; losing = true; ledger_deleted = true; for (j : 0 .. ITEMS - 1) { record[j] = 0 } end_of_ledger(); claimed = false; j = 0 }
#endif
#if RESTORES > 0
  :: atomic {
       !ended && restores > 0 ->
       restores--;
       disconnect_all(true);
       for (j : 0 .. MESSAGES - 1) { restore(j) }
       end_of_ledger();
       claimed = false;
       if
       :: skip
       :: mark = 0; mark_away = false
       fi;
       j = 0
     }
#endif
  od
}

/* From here on nothing crashes, and a consumer that waits gets what is there. */
proctype calming() { atomic { calm = true; troubles = 0; losses = 0; restores = 0; drops = 0; letters_held = false } }
