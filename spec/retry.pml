/*
 * `dead retry`: dead letters go back into the work queue, and a new Job does them. Commands that are killed at any step and run
 * again, several at once, and the pods of the Jobs that they create. See README.md beside this file. A comment with a file and a
 * name says which step of the code it stands for.
 *
 * Switches break single steps, one at a time:
 *
 *   NO_LOCK            commands and pods work without the lock
 *   NO_CHECK           a message is published without a look whether it is in the queue
 *   ACK_FIRST          a dead letter is acked before its message is confirmed
 *   KEEP_MARK          the settled mark is not removed
 *   MARK_LAST          the settled mark is removed after the Job is created
 *   JOB_FIRST          the Job is created before the messages are published
 *   OLD_GENERATION     a message goes back without its generation
 *   UNNUMBERED_RECORD  the record of a dead letter has no generation
 *   STOPS_EARLY        a reader of the ledger stops when each item has a record, whatever comes after it
 *   NEW_NAME           each command gives its Job another name
 *   LATE_RECORD        an item is recorded as retried after its message is published
 *   NO_INTENT          the Job is created without a record that says so before
 */

#define ITEMS 2
#define PODS 2

#ifndef COMMANDS
#define COMMANDS 2 /* at most 3 */
#endif
#ifndef KILLS
#define KILLS 1 /* how often a command is killed */
#endif
#ifndef CRASHES
#define CRASHES 0 /* how often a pod is killed */
#endif
#ifndef RETRIES
#define RETRIES 1 /* how many retries there may be, one after the other: at most 2 */
#endif

/* ---- The properties. Each is true until it is violated; the checker prints the name of the one that is. ---- */

bool nothing_lost = true;       /* no item is without a record while no pod and no queue has it */
bool ran_once = true;           /* a retried item runs once, and once more for each pod that was killed with it */
bool verdict_is_true = true;    /* a Job ends by a mark that says how each item has ended, also those that were retried for it */
bool one_job = true;            /* there are never two Jobs at work */
bool letter_or_done = true;     /* an item that is not done has its dead letter when the run is settled */
bool retry_ends = true;         /* when nothing happens any more, each item is over and no Job is at work */

#define check(property, value) property = (value); assert(property)

/* ---- The broker. ---- */

#define GENERATIONS (RETRIES + 1)
#define message(i, g) ((i) * GENERATIONS + (g))
#define item_of(m) ((m) / GENERATIONS)
#define generation_of(m) ((m) % GENERATIONS)

byte ready[6];                  /* copies of a message in the work queue */
bool letter[6];                 /* <queue>.dead */
bool is_done[ITEMS];            /* <queue>.ledger, records.ts: Records */
byte dead[ITEMS] = 1;           /* 1 and the highest generation of a record `dead` */
byte retried[ITEMS];            /* the highest generation of a record `retried` */
byte mark = 1 + ITEMS;          /* <queue>.settled: 1 and the number of dead items. All items are dead letters, and the Job has failed */
byte lock;                      /* who has it, from 1 */

byte holds[PODS];               /* the message of a pod, from 1 */
byte runs_left[6] = 1;          /* how often a message may run */
byte at_work;                    /* Jobs at work */
byte number;                    /* of the last retry that has a Job */
byte intended;                  /* <queue>.ledger: of the last retry whose Job may exist. records.ts: retryNumber */
bool asked[3];                  /* the API server was asked to create the Job of this retry, and may do it later */
bool created[3];
byte kills = KILLS, crashes = CRASHES;

#define has_dead(i) (dead[i] > 0 && dead[i] - 1 >= retried[i])
#define over(i) (is_done[i] || has_dead(i)) /* records.ts: has */
#define is_dead(i) (!is_done[i] && has_dead(i))
#define pending(i) (!over(i) && retried[i] > 0)
#define has_letter(i) (letter[message(i, 0)] || letter[message(i, 1)] || letter[message(i, RETRIES)])
#define old_letter(i) ((letter[message(i, 0)] && retried[i] > 0) || (letter[message(i, 1)] && retried[i] > 1))
#define dead_items (is_dead(0) + is_dead(1))
#define all_over (over(0) && over(1))
#define any_ready (ready[0] + ready[1] + ready[2] + ready[3] + ready[4] + ready[5] > 0)
#define any_held (holds[0] > 0 || holds[1] > 0)

#ifdef NO_LOCK
#define lock_free(who) true
#else
#define lock_free(who) (lock == 0)
#endif

inline ack_old_letters(i) {
  letter[message(i, 0)] = letter[message(i, 0)] && retried[i] == 0;
  letter[message(i, 1)] = letter[message(i, 1)] && retried[i] <= 1
}

inline unlock(who) { lock = (lock == who -> 0 : lock) }

/* ---- The command, and the person who runs it again until it has ended by itself. retry-run.ts: RetryRun ---- */

/* A command that is killed loses its lock, when all that it has sent has arrived or is lost. */
#ifdef NO_LOCK
#define arrives(m) skip /* later: `wire` */
#else
#define arrives(m) if :: ready[m]++ :: skip fi
#endif
#define may_die if :: kills > 0 -> kills--; unlock(who); goto again :: skip fi

#ifdef NO_CHECK
#define in_queue(m) false
#else
#define in_queue(m) (ready[m] > 0)
#endif

byte wire[6]; /* sent by a command that was killed: without a lock it may arrive at any time */

inline publish_and_ack(i) {
#ifdef OLD_GENERATION
  m = message(i, 0);
#else
  m = message(i, retried[i]);
#endif
  if
  :: pending(i) && old_letter(i) ->
#ifdef ACK_FIRST
     atomic { ack_old_letters(i); may_die };
#endif
     atomic {
       if
       :: in_queue(m)
       :: else -> /* retry-run.ts: fill */
          if
          :: ready[m]++ /* confirmed */
          :: kills > 0 -> kills--; /* killed before the confirm */
#ifdef NO_LOCK
             wire[m]++;
#else
             arrives(m);
#endif
             unlock(who);
             goto again
          fi
       fi;
       may_die
     };
     atomic { ack_old_letters(i); may_die } /* and the answer to the channel's close */
  :: else
  fi
}

inline choose(i) {
  chosen[i] = false;
  if
  :: is_dead(i) && has_letter(i) -> chosen[i] = true
  :: skip /* filters */
  fi
}

inline record_retried(i) {
  atomic {
    if
    :: chosen[i] -> retried[i] = (retried[i] < generation -> generation : retried[i]); may_die
    :: else
    fi
  }
}

inline record_intent() {
#ifdef NO_INTENT
  atomic { may_die }
#else
  atomic { intended = generation; may_die }
#endif
}

inline create_job() { /* retry-job.ts: retryJob. Its name is that of the retry: another answer is a conflict, and as good */
  atomic { asked[generation] = true; may_die };
  atomic { created[generation] && !asked[generation] -> may_die }
}

proctype command(byte me) {
  byte generation, m, who = PODS + 1 + me;
  bool chosen[ITEMS];

again:
  atomic {
    m = 0; generation = 0;
    if
    :: lock_free(who) -> lock = who
    :: !lock_free(who) -> goto again /* another retry of this run is at work: the person tries later */
    fi
  };
  atomic { /* require-inactive.ts: requireInactive */
    if
    :: at_work > 0 -> unlock(who); goto finished
    :: else
    fi;
    if
    :: intended > number && !all_over -> generation = intended; goto finish_earlier /* retry-plan.ts: retryPlan */
    :: else -> generation = (intended > number -> intended : number) + 1
    fi;
    if
    :: generation > RETRIES -> unlock(who); goto finished
    :: else
    fi;
    choose(0); choose(1);
    if
    :: !chosen[0] && !chosen[1] && all_over -> unlock(who); goto finished
    :: else
    fi;
    may_die
  };
#if !defined(KEEP_MARK) && !defined(MARK_LAST)
  atomic { mark = 0; may_die };
#endif
#ifdef JOB_FIRST
  record_retried(0); record_retried(1);
  record_intent();
finish_earlier:
  create_job();
  publish_and_ack(0); publish_and_ack(1);
#else
#ifdef LATE_RECORD
  atomic {
    if
    :: chosen[0] -> ready[message(0, generation)]++; may_die /* no message can have this generation yet */
    :: else
    fi
  };
#endif

  record_retried(0); record_retried(1);
  publish_and_ack(0); publish_and_ack(1);
  record_intent();
finish_earlier:
  create_job();
#endif
#ifdef MARK_LAST
  atomic { mark = 0; may_die };
#endif
  atomic { unlock(who) };
finished:
  skip
}

/* What is on its way to the API server arrives. */
#define lands(n) atomic { asked[n] && !created[n] -> created[n] = true; asked[n] = false; number = n; at_work++; check(one_job, at_work == 1) }
#ifdef NEW_NAME
#define lands_again(n) atomic { asked[n] && created[n] -> asked[n] = false; at_work++; check(one_job, at_work == 1) }
#else
#define lands_again(n) atomic { asked[n] && created[n] -> asked[n] = false }
#endif
#define comes(m) atomic { wire[m] > 0 -> wire[m]--; ready[m]++ }

proctype delivery() {
end:
  do
  :: lands(1)
  :: lands_again(1)
#if RETRIES > 1
  :: lands(2)
  :: lands_again(2)
#endif
#ifdef NO_LOCK
  :: comes(1)
  :: comes(3)
#endif
  od
}

/* ---- The pods of the Jobs. ---- */

#define take(m) ready[m] > 0 -> ready[m]--; holds[me] = m + 1

#define settled_well(i) (is_done[i] || (dead[i] > 0 && letter[message(i, dead[i] - 1)]))

inline crash() { /* the message comes back */
  crashes--;
  runs_left[holds[me] - 1]++;
  ready[holds[me] - 1]++;
  holds[me] = 0
}

#ifdef STOPS_EARLY
#define read_all true /* each item was a dead letter before it was retried */
#else
#define read_all all_over
#endif

proctype pod(byte me) {
  byte i, g;
end:
  do
  :: atomic { at_work > 0 && mark > 0 && holds[me] == 0 -> /* end-of-run.ts: byMark */
       check(verdict_is_true, all_over && mark == 1 + dead_items);
       check(letter_or_done, settled_well(0) && settled_well(1));
       at_work--
     }
  :: atomic {
       at_work > 0 && mark == 0 && holds[me] == 0 && any_ready ->
       if
       :: take(0)
       :: take(1)
       :: take(2)
       :: take(3)
#if RETRIES > 1
       :: take(4)
       :: take(5)
#endif
       fi;
       i = item_of(holds[me] - 1);
       g = generation_of(holds[me] - 1);
       if
       :: is_done[i] || dead[i] > g -> holds[me] = 0 /* item-processor.ts: isRecorded. It does not run again */
       :: else ->
          check(ran_once, runs_left[holds[me] - 1] > 0);
          runs_left[holds[me] - 1]--
       fi
     };
     if
     :: holds[me] > 0 ->
        if
        :: atomic { crashes > 0 -> crash() } /* in the middle of it */
        :: atomic { is_done[i] = true }; /* item-processor.ts: settleDone */
           atomic { if :: crashes > 0 -> crash() :: holds[me] = 0 fi }
        :: atomic { letter[message(i, g)] = true }; /* item-processor.ts: settleFailed */
           if
           :: atomic { crashes > 0 -> crash() }
           :: atomic {
#ifdef UNNUMBERED_RECORD
                dead[i] = (dead[i] > 1 -> dead[i] : 1);
#else
                dead[i] = (dead[i] > g + 1 -> dead[i] : g + 1);
#endif
              };
              atomic { if :: crashes > 0 -> crash() :: holds[me] = 0 fi }
           fi
        fi
     :: else
     fi
  :: atomic { at_work > 0 && mark == 0 && holds[me] == 0 && !any_ready && lock_free(me + 1) -> lock = me + 1 };
     atomic { /* end-of-run.ts: find */
       if
       :: mark == 0 && read_all -> mark = 1 + dead_items /* settled-mark.ts: leaveMark */
       :: mark == 0 && !read_all && !any_ready && !any_held -> check(nothing_lost, false) /* lost-items.ts: find */
       :: else
       fi;
       unlock(me + 1)
     }
  od
}

proctype rest() {
end:
  timeout -> check(retry_ends, all_over && at_work == 0)
}

init {
  byte n;
  atomic {
    letter[message(0, 0)] = true;
#ifdef WAITING /* the Job has failed by its backoffLimit, and an item waits in the queue */
    dead[1] = 0;
    ready[message(1, 0)] = 1;
    mark = 0;
#else
    letter[message(1, 0)] = true;
#endif
    for (n : 0 .. COMMANDS - 1) { run command(n) }
    for (n : 0 .. PODS - 1) { run pod(n) }
    run delivery();
    run rest();
    n = 0
  }
}
