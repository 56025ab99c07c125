/*
 * The protocol of pods, broker and Job controller, from the moment when the queue is filled. See README.md beside this file.
 * A comment `file.ts: name` says which step of lib/programs it stands for.
 */

#ifndef ITEMS
#define ITEMS 2 /* at most 3 */
#endif
#ifndef SLOTS
#define SLOTS 2 /* the Job's parallelism, at most 3 */
#endif
#ifndef PER_POD
#define PER_POD 1
#endif
#ifndef COPIES
#define COPIES 1 /* how often an item may be handed over, at most 2 */
#endif
#ifndef TROUBLES
#define TROUBLES 2 /* how many crashes, lost connections and requests to leave there may be */
#endif
#ifndef TOLERATED
#define TOLERATED 0
#endif
#ifndef BACKOFF
#define BACKOFF TROUBLES
#endif

#ifndef AFTER
#ifdef NO_LOOK_AFTER
#define AFTER true
#else
#ifdef AS_IS
#define AFTER (ready_count == 0)
#else
#define AFTER (ready_count == 0 && consumers == 0)
#endif
#endif
#endif
#ifndef HANDED_ON
#define HANDED_ON fresh
#endif

#define COMPLETIONS ((ITEMS + PER_POD - 1) / PER_POD) /* coarse-worker-job.ts: completions */
#define MESSAGES (ITEMS + COPIES)
#define MOST 5

/* ---- The properties. Each is true until it is violated; the checker prints the name of the one that is. ---- */

bool complete_means_settled = true;  /* Complete: every item is done or a dead letter */
bool complete_means_tolerated = true; /* Complete: no more undone items than are tolerated */
bool failed_means_dead_letters = true; /* exit 20: more dead letters than are tolerated, and all else is done */
bool counted_once = true;            /* no item counts towards the exit of two pods */
bool seen_means_settled = true;      /* a pod that sees "settled": every item is done or a dead letter */
bool failed_means_undone = true;     /* exit 20: more undone items than are tolerated. Does not hold, see README.md */

#define check(property, value) property = (value); assert(property)
#ifdef OUTCOME_ONLY /* to see what a broken step does to the Job, not only where it begins */
#define check_inside(property, value) skip
#else
#define check_inside(property, value) check(property, value)
#endif

/* ---- What is true, whoever knows it. ---- */

bool done[3];                              /* the program has ended with 0 on it */
byte counted[3];
#define dead(i) (letter[i] != absent)
#define undone(i) ((i) < ITEMS && !done[i])
#define unsettled(i) (undone(i) && !dead(i))
#define all_settled (!unsettled(0) && !unsettled(1) && !unsettled(2))
#define dead_letters (dead(0) + dead(1) + dead(2))
#define undone_items (undone(0) + undone(1) + undone(2))

byte running, succeeded, failures;
bool complete, failed;
#define ended (complete || failed)

/* ---- The broker. ---- */

mtype:message = { absent, ready, held, returning, acked };

/* `returning`: on its way back to the queue, or into it. The broker's figures do not know it. */
mtype:message state[MOST];
byte item[MOST];
bool again[MOST];                          /* `redelivered`, or the header of that name. held-item.ts: firstDelivery */
mtype:message letter[3];                   /* <queue>.dead, by item: couriers count different items */
byte letter_by[3];
byte lock;                                 /* <queue>.verdict: the slot that has it, from 1 */

bool consumes[SLOTS];
byte marks[SLOTS];                         /* what was on its way when the slot's probe looked first, as bits */
bool alone[SLOTS];                         /* was the only consumer, and is one since */
byte holds[SLOTS];                         /* the message that was pushed to this slot and is not acked, from 1 */
byte ready_count, consumers;               /* what a look sees */

inline push(i, p) { state[i] = held; holds[p] = i + 1 }

inline push_ready(i, p) { push(i, p); ready_count-- }

/* The consumer of slot p may have a message, prefetch 1. The order of the queue is left open. */
inline offer(p) {
  if
  :: state[0] == ready -> push_ready(0, p)
  :: state[1] == ready -> push_ready(1, p)
  :: state[2] == ready -> push_ready(2, p)
  :: state[3] == ready -> push_ready(3, p)
  :: state[4] == ready -> push_ready(4, p)
  :: else
  fi
}

inline begin_consume(p) { consumes[p] = true; consumers++; offer(p) }

inline end_consume(p) {
  if
  :: consumes[p] -> consumes[p] = false; consumers--
  :: else
  fi
}

/* A channel or its connection ends: the consumer is gone, and what it held is on its way back. */
inline give_back(p, flag) {
  end_consume(p);
  if
  :: holds[p] > 0 -> state[holds[p] - 1] = returning; again[holds[p] - 1] = again[holds[p] - 1] || flag; holds[p] = 0
  :: else
  fi
}

inline return_letters(p) {
  for (k : 0 .. ITEMS - 1) {
    if
    :: letter[k] == held && letter_by[k] == p -> letter[k] = returning; letter_by[k] = 0
    :: else
    fi
  }
}

inline release(p) { return_letters(p); lock = (lock == p + 1 -> 0 : lock) }

#define on_its_way(i) ((state[i] == returning) << i)
#define all_on_their_way (on_its_way(0) | on_its_way(1) | on_its_way(2) | on_its_way(3) | on_its_way(4))
#define idle(p) (consumes[p] && holds[p] == 0)
#ifdef ANY_ORDER
#define next_in_line(p) idle(p)
#define in_order(i) true
#else
/* RabbitMQ pushes to the consumer that has waited longest. Who was alone has waited longer than who is not. */
#define waits_longer(q) (alone[q] && idle(q))
#define next_in_line(p) (idle(p) && (alone[p] || !(waits_longer(0) || waits_longer(1) || waits_longer(SLOTS - 1))))
/* What left later does not come back earlier than what a probe has marked. */
#define overtakes(i, q) (!(marks[q] & (1 << i)) && (marks[q] & all_on_their_way))
#define in_order(i) (!overtakes(i, 0) && !overtakes(i, 1) && !overtakes(i, SLOTS - 1))
#endif

#define lands(i) state[i] == returning && in_order(i)

/* What is on its way comes back: to a consumer that waits, or else into the queue. */
inline land(i) {
  if
  :: next_in_line(0) -> push(i, 0)
  :: next_in_line(1) -> push(i, 1)
#if SLOTS > 2
  :: next_in_line(2) -> push(i, 2)
#endif
  :: else -> state[i] = ready; ready_count++
  fi
}

#define letters_are_back (letter[0] != returning && letter[1] != returning && letter[2] != returning)

proctype broker() {
  byte i;
end:
  do
  :: atomic { !ended && lands(0) -> land(0) }
  :: atomic { !ended && lands(1) -> land(1) }
  :: atomic { !ended && lands(2) -> land(2) }
#if MESSAGES > 3
  :: atomic { !ended && lands(3) -> land(3) }
#endif
#if MESSAGES > 4
  :: atomic { !ended && lands(4) -> land(4) }
#endif
  :: atomic {
       !ended && !letters_are_back ->
       for (i : 0 .. ITEMS - 1) { letter[i] = (letter[i] == returning -> ready : letter[i]) }
       i = 0
     }
  od
}


/* ---- The Job controller. ---- */

#define wanted (running < SLOTS && running < COMPLETIONS - succeeded)

/* coarse-worker-job.ts: podFailurePolicy. LEFT and ATTEMPT_COUNTED are ignored, TRY_AGAIN and a killed pod count. */
#define DONE 0
#define IGNORED 10
#define TOO_MANY_DEAD_LETTERS 20
#define TRY_AGAIN 75

inline account(code) {
  running--;
  if
  :: code == DONE ->
     succeeded++;
     if
     :: succeeded == COMPLETIONS ->
        complete = true;
        check(complete_means_settled, all_settled);
        check(complete_means_tolerated, undone_items <= TOLERATED)
     :: else
     fi
  :: code == TOO_MANY_DEAD_LETTERS ->
     failed = true;
     check(failed_means_dead_letters, all_settled && dead_letters > TOLERATED);
#ifdef DONE_STAYS_DONE
     check(failed_means_undone, undone_items > TOLERATED)
#endif
  :: code == IGNORED
  :: code == TRY_AGAIN ->
     failures++;
     failed = failures > BACKOFF
  fi
}

/* ---- Trouble, up to TROUBLES times; then, where liveness is checked, calm. ---- */

mtype:fate = { fine, lost, killed };
mtype:fate fate[SLOTS];
bool alive[SLOTS], probes[SLOTS];
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

/* ---- A pod, and the pod that takes its place. ---- */

#define fresh (!again[holds[me] - 1])
#ifdef COUNT_REDELIVERED
#define first true
#else
#define first fresh /* held-item.ts: firstDelivery */
#endif
#define this_item item[holds[me] - 1]

inline ack() { state[holds[me] - 1] = acked; holds[me] = 0 }

/* courier.ts: Tally. Only after the broker's answer: by then it has done the ack. */
inline tally() {
  if
  :: counts -> counts = false; count++; counted[work]++; check_inside(counted_once, counted[work] == 1)
  :: else
  fi;
  work = 0
}

inline read_letters() { /* dead-letters.ts: readAll. A message that a reader holds is hidden from others. */
  for (k : 0 .. ITEMS - 1) {
    if
    :: letter[k] == ready -> letter[k] = held; letter_by[k] = me; found = found | (1 << k)
    :: else
    fi
  }
  k = 0
}

proctype pod(byte me) {
  byte count, work, k, code;
  byte found;                              /* dead letters, as bits */
  bool counts, enough, leaving, gone;

end_start:
  {
    atomic { !ended && wanted -> running++; alive[me] = true };

listen: /* item-source.ts: listen */
    atomic { begin_consume(me) };
next_item:
    atomic {
      if
      :: holds[me] > 0 -> /* item-run.ts: runItem, with all its attempts */
         counts = first;
         work = this_item;
         if
         :: done[work] = true; goto item_done
         :: troubles > 0 -> troubles--; done[work] = true; leaving = true; goto item_done /* asked to leave, it ended with 0 */
         :: goto item_failed
         :: gone = true; goto item_failed
         :: copies < COPIES -> goto hand_over /* the worker died, with attempts left, or was asked to leave */
         fi
      :: !calm || (holds[me] == 0 && ready_count == 0) -> give_back(me, true) /* also what is still on the wire */
      fi
    };

look: /* item-source.ts: next. Looks that see a consumer and nothing ready are repeated: here, not made. */
    atomic {
      if
      :: ready_count > 0 -> goto listen
      :: ready_count == 0 && consumers == 0 && (!calm || !somebody_probes) -> probes[me] = true
      :: troubles > 0 -> troubles--; code = IGNORED; goto exit /* asked to leave */
      fi
    };
#ifdef PLAIN_LOOK
    goto settled;
#endif

    /* item-source.ts: probe */
    atomic { begin_consume(me) };
    atomic { /* the first look */
      alone[me] = ready_count == 0 && consumers == 1;
      for (k : 0 .. MESSAGES - 1) {
        if
        :: state[k] == returning || holds[me] == k + 1 -> marks[me] = marks[me] | (1 << k)
        :: else
        fi
      }
      k = 0
    };
#ifndef NO_FENCE
    atomic { /* the second look, the fence */
#ifndef SLOW_RETURN /* the assumption: what was on its way at the first look has come by the second */
      (marks[me] & all_on_their_way) == 0;
#endif
      if
      :: holds[me] > 0 -> marks[me] = 0; alone[me] = false; probes[me] = false; goto next_item
      :: holds[me] == 0 || (!calm && !(marks[me] & (1 << (holds[me] - 1)))) -> skip /* what came later may be on the wire */
      fi
    };
#endif
    atomic { marks[me] = 0; give_back(me, true) };
    atomic { /* the look after */
      probes[me] = false;
      if
      :: alone[me] && AFTER -> alone[me] = false; check_inside(seen_means_settled, all_settled)
      :: else -> alone[me] = false; goto look
      fi
    };

settled: /* courier.ts: verdict. dead-letters.ts: countDeadLetters */
#ifdef PLAIN_LOOK
    atomic { probes[me] = false; check_inside(seen_means_settled, all_settled) };
#endif
#ifdef NO_LOCK
    atomic { read_letters() };
#else
    atomic { lock == 0 -> lock = me + 1; read_letters() };
#endif
    atomic { return_letters(me) };
#ifndef ONE_READ
    atomic { letters_are_back -> read_letters() }; /* a second is longer than that takes */
#endif
    atomic {
      release(me);
      code = (((found & 1) + ((found >> 1) & 1) + ((found >> 2) & 1)) > TOLERATED -> TOO_MANY_DEAD_LETTERS : DONE);
      goto exit
    };

item_done: /* courier.ts: workOn */
    atomic {
      enough = counts && count + 1 >= PER_POD;
#ifdef COUNT_BEFORE_ANSWER
      tally();
#endif
      if
      :: !enough && !leaving -> ack(); offer(me)
      :: else -> goto last_done
      fi
    };
    atomic { tally(); goto next_item }; /* consumer.ts: ackAndGoOn */

last_done: /* consumer.ts: ackLast */
#ifdef ACK_FIRST
    atomic { ack(); offer(me) };
    atomic { end_consume(me) };
#else
    atomic { end_consume(me) };
    atomic { ack() };
#endif
    atomic {
      give_back(me, true); /* nothing, unless the ack came first */
      tally();
      code = (enough -> DONE : IGNORED);
      enough = false; leaving = false;
      goto exit
    };

item_failed: /* dead-letters.ts: writeDeadLetter, then consumer.ts: ackLast */
    atomic {
      letter[work] = (letter[work] == absent -> ready : letter[work]);
      counts = false; work = 0
    };
    atomic { end_consume(me) };
    atomic { ack() };
    atomic {
      if
      :: gone -> gone = false; code = IGNORED; goto exit
      :: else -> goto listen
      fi
    };

hand_over: /* hand-over.ts: handOver */
#ifdef CANCEL_HELD
    atomic { counts = false; work = 0; end_consume(me) };
#else
    atomic {
      if
      :: copies < COPIES -> skip
      :: else -> counts = false; work = 0; goto next_item /* another pod had the last one: a bound of the model */
      fi;
      k = ITEMS + copies;
      copies++;
      state[k] = returning; item[k] = work; again[k] = !HANDED_ON;
      counts = false; work = 0; k = 0
    };
    atomic { end_consume(me) };
    atomic { ack() };
#endif
    atomic { give_back(me, true); code = IGNORED };

exit: /* the Job controller sees it later: until then the node may die */
    atomic {
      account(code);
      alive[me] = false; count = 0; code = 0; found = 0;
      goto end_start
    }
  } unless {
    atomic { fate[me] != fine || ended ->
      work = 0; found = 0; k = 0; code = 0;
      counts = false; enough = false; leaving = false; gone = false;
      if
      :: ended -> goto stopped
      :: !ended && fate[me] == lost -> fate[me] = fine; goto listen /* reconnect.ts: overSessions. The tally survives. */
      :: !ended && fate[me] == killed -> fate[me] = fine; alive[me] = false; count = 0; account(TRY_AGAIN); goto end_start
      fi
    }
  };
stopped:
  skip
}

init {
  byte n;
  atomic {
    for (n : 0 .. ITEMS - 1) { state[n] = ready; item[n] = n; letter[n] = absent }
    for (n : ITEMS .. MOST - 1) { state[n] = absent }
    for (n : ITEMS .. 2) { letter[n] = absent }
    ready_count = ITEMS;
    for (n : 0 .. SLOTS - 1) { fate[n] = fine; run pod(n) }
    run broker();
    run trouble();
#ifdef LIVENESS
    run calming();
#endif
    n = 0
  }
}

#ifdef LIVENESS
ltl always_ends { [] (calm -> <> ended) }
#endif
