/*
 * The seeder: it fills the queue with the items that have no record in <queue>.ledger, however often it is killed, whatever is
 * lost, and whoever works meanwhile. See README.md beside this file. A comment with a file and a name says which step of the code
 * it stands for. Switches break single steps, one at a time:
 *
 *   NO_LOCK          seeders work without the lock
 *   NO_WAIT          and without the wait of 1.5 s
 *   GET_WITHOUT_LOCK the mark is read without the lock
 *   MARK_FIRST       the related queues are looked for before the work queue
 *   LEDGER_LAST      the ledger is declared after the work queue
 *   FILL_ALL         items that have a record are filled again
 *   NO_CONSUMERS     the queue is emptied while pods consume from it
 *   NO_TURN          a mark that a pod without a courier reads at the moment counts as no mark
 *   COUNT_ALL        the Job is Complete by the count of its successes alone
 *
 * and SLOW_PURGE lets a pod begin between the seeder's look at the consumers and its purge.
 */

#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef KILLS
#define KILLS 2 /* how many seeders are killed, or lose their connection */
#endif
#ifndef LOSSES
#define LOSSES 0 /* how often another client or a policy removes the mark: its message, or its queue */
#endif
#ifndef VOLUMES
#define VOLUMES 0 /* how often the broker loses its volume, and so everything */
#endif
#ifndef REQUEUES
#define REQUEUES 0 /* how often a pod puts a copy of its item into the queue */
#endif
#ifndef PODS
#define PODS 1 /* 1 or 2 */
#endif
#ifndef READS
#define READS 0 /* how often a pod without a courier has the mark for a moment */
#endif
#define SEEDERS 2 /* at a time: of two Jobs, or of one whose node is cut off */

bool filled_once = true;           /* when the first courier begins, every item is in the queue once */
bool no_purge_after_mark = true;   /* nobody empties the queue while the mark exists */
bool nothing_is_lost = true;       /* when the mark is left, each item has a record, or is in the queue, or a pod has it */
bool no_item_twice = true;         /* no item that has a record is filled again */
bool no_purge_of_taken = true;     /* nobody empties the queue while a pod consumes from it */
bool no_false_refusal = true;      /* a seeder ends with a final error only if the mark was lost */
bool complete_means_settled = true; /* the Job is Complete: every item was done */
#define safe (filled_once && no_purge_after_mark && nothing_is_lost && no_item_twice && complete_means_settled)
#ifdef ONLY
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

mtype = { absent, ready, held, returning };

byte queued[ITEMS];
bool done[ITEMS];                /* the program has ended with 0 on it, ever */
bool record[ITEMS];              /* in <queue>.ledger */
byte with_pod[ITEMS];            /* or on its way back from one */
bool consuming[2];               /* the pods, as the broker knows them */
byte succeeded;                  /* pods that have ended by their count */
bool has_seeded, has_ledger, has_work; /* the queues; .dead and .settled are as .seeded */
bool lost;                       /* the mark was removed, alone or with everything else */
byte volume;                     /* the number of the broker's volume */
mtype mark = absent;             /* in <queue>.seeded */
byte mark_by;
byte lock;                       /* <queue>.seeding: the seeder that has it, from 1 */
bool wire[SEEDERS * ITEMS];      /* published, but not yet in the queue */
bool wire_mark[SEEDERS];
bool killed[SEEDERS], open[SEEDERS], begun, calm;
byte reads = READS;
byte kills = KILLS, losses = LOSSES, volumes = VOLUMES, requeues = REQUEUES, over_count;

#define LAST (ITEMS - 1)
#define on_wire(p, i) wire[(p) * ITEMS + (i)]
#define wire_empty(p) (!on_wire(p, 0) && !on_wire(p, LAST) && !wire_mark[p])

/* One connection: what it was sent lands bit by bit, in order. When its seeder is dead, a part of it, and then it is closed. */
proctype connection(byte p) {
  byte i;
end:
  do
  :: atomic { on_wire(p, 0) -> on_wire(p, 0) = false; queued[0]++ }
  :: atomic { !on_wire(p, 0) && on_wire(p, LAST) -> on_wire(p, LAST) = false; queued[LAST]++ }
  :: atomic { wire_mark[p] -> wire_mark[p] = false; mark = (mark == absent && has_seeded -> ready : mark) }
  :: atomic {
       killed[p] && open[p] -> /* what has not been read by now is lost; then the broker deletes the lock */
       for (i : 0 .. LAST) { on_wire(p, i) = false }
       i = 0;
       wire_mark[p] = false;
       lock = (lock == p + 1 -> 0 : lock);
       mark = (mark == held && mark_by == p -> returning : mark);
       open[p] = false
     }
  od
}

proctype broker() {
end:
  do
  :: atomic { mark == returning -> mark = ready }
  od
}

#ifdef MARK_FIRST
#define read_first has_mark = has_seeded && has_ledger
#define read_then is_declared = has_work
#else
#define read_first is_declared = has_work
#define read_then has_mark = has_seeded && has_ledger
#endif

/* find-mark.ts: findMark. Without the lock, from the status of the queues alone. */
inline find_mark() {
  atomic { read_first };
  atomic { read_then };
  atomic {
    if
    :: mark == ready && has_mark -> goto over
    :: is_declared && !has_mark -> goto refuse
    :: !is_declared || has_mark /* or the mark is not seen, because its leader is away */
    fi;
    is_declared = false;
    has_mark = false
  }
}

/* seeder.ts: hasTurn. A pod that reads the mark gives it back within 5 s, and then the seeder has its turn. */
#if READS > 0 && !defined(NO_TURN)
#define is_hidden (mark == returning || (mark == held && mark_by == SEEDERS))
#else
#define is_hidden false
#endif

#ifdef FILL_ALL
#define is_known(i) (i >= ITEMS)
#else
#define is_known(i) known[i]
#endif
#define is_missing(i) (is_known(i) -> 0 : 1)
#define is_kept(i) (record[i] || queued[i] > 0 || with_pod[i] > 0)

proctype seeder(byte me) {
  byte i;
  bool is_declared, has_mark;
  bool known[ITEMS];

end_start:
  {
    atomic { open[me] = true };
#ifdef GET_WITHOUT_LOCK
    atomic {
      if
      :: mark == ready -> mark = held; mark_by = me
      :: else -> goto lock_it
      fi
    };
    atomic { mark = returning; goto over };
lock_it:
#else
    find_mark();
#endif
#ifndef NO_LOCK
end_locked:
    atomic { lock == 0 -> lock = me + 1 }; /* lock.ts: takeLock */
#endif
    find_mark();
#ifndef NO_WAIT
    !has_seeded || mark != returning; /* seeder.ts: hasHiddenMark */
#endif
    atomic {
      if
      :: has_seeded && mark == ready -> mark = held; mark_by = me; goto give_back
      :: !(has_seeded && (mark == ready || is_hidden))
      fi
    };
    atomic { has_seeded = true }; /* work-queues.ts: declareQueues */
#ifndef LEDGER_LAST
    atomic { has_ledger = true };
#endif
    atomic { has_work = true };
#ifdef LEDGER_LAST
    atomic { has_ledger = true };
#endif
#ifndef NO_WAIT
    mark != returning; /* seeder.ts: SETTLE_MS. 1.5 s is longer than it takes the mark to come back from a killed seeder */
#endif
    atomic { /* seeder.ts: isSeeded */
      if
      :: mark == ready -> mark = held; mark_by = me
      :: mark != ready && !is_hidden -> goto fill
      fi
    };
give_back:
    atomic { mark = (mark == held && mark_by == me -> returning : mark); goto over };

fill:
    atomic { /* empty-queue.ts: emptyQueue */
      if
#ifndef NO_CONSUMERS
      :: consuming[0] || consuming[1] -> goto refuse
#endif
      :: else
      fi;
#ifdef SLOW_PURGE
    };
    atomic {
#endif
      for (i : 0 .. LAST) { queued[i] = 0 }
      check(no_purge_after_mark, mark == absent);
      check(no_purge_of_taken, !consuming[0] && !consuming[1]);
      i = 0
    };
    atomic { /* seeder.ts: readLedger. After the purge: what is settled from now on was with a pod */
      for (i : 0 .. LAST) { known[i] = record[i] }
      i = 0
    };
    atomic { /* seeder.ts: fill */
      for (i : 0 .. LAST) {
        if
        :: !is_known(i) -> on_wire(me, i) = true; check(no_item_twice, !known[i])
        :: else
        fi
      }
      i = 0
    };
    wire_empty(me); /* publish.ts: publish */
    atomic { /* seeder.ts: checkCount */
      if
      :: queued[0] + queued[LAST] != is_missing(0) + is_missing(LAST) -> goto again
      :: else
      fi
    };
    atomic { wire_mark[me] = true; check(nothing_is_lost, is_kept(0) && is_kept(LAST)) }; /* seeder.ts: mark */
    wire_empty(me);
    goto over;

again: /* reconnect.ts: overSessions */
    atomic {
      killed[me] = false;
      lock = (lock == me + 1 -> 0 : lock);
      open[me] = false;
      for (i : 0 .. LAST) { known[i] = false }
      i = 0;
      goto end_start
    };

refuse:
    atomic { check(no_false_refusal, lost) };

over:
    atomic {
      killed[me] = false;
      lock = (lock == me + 1 -> 0 : lock);
      open[me] = false;
      over_count++;
      goto done_
    }
  } unless {
    atomic { killed[me] && !open[me] ->
      killed[me] = false; i = 0; is_declared = false; has_mark = false;
      for (i : 0 .. LAST) { known[i] = false }
      i = 0;
      goto end_start
    }
  };
done_:
  skip
}

#define victim(p) !calm && kills > 0 && open[p] && !killed[p]

proctype trouble() {
  byte i;
end:
  do
  :: atomic { victim(0) -> kills--; killed[0] = true }
  :: atomic { victim(1) -> kills--; killed[1] = true }
  :: atomic { losses > 0 && mark == ready -> losses--; lost = true; mark = absent }
  :: atomic { losses > 0 && mark == ready -> losses--; lost = true; mark = absent; has_seeded = false }
  :: atomic {
       volumes > 0 && mark == ready -> /* every connection is lost with it */
       volumes--;
       lost = true;
       volume++;
       mark = absent;
       has_seeded = false; has_ledger = false; has_work = false;
       lock = 0;
       consuming[0] = false; consuming[1] = false;
       for (i : 0 .. LAST) { queued[i] = 0; record[i] = false }
       for (i : 0 .. SEEDERS * ITEMS - 1) { wire[i] = false }
       for (i : 0 .. SEEDERS - 1) {
         wire_mark[i] = false;
         killed[i] = killed[i] || open[i];
         open[i] = false
       }
       i = 0
     }
  od
}

/*
 * A pod: when it has seen the mark it takes items for as long as its connection lasts, also while a seeder works that has not
 * found the mark. It may be slow to learn that its connection is lost, and writes the record of what it has done all the same.
 */
proctype courier(byte me) {
  byte i, of_volume;
  bool has_seen, cut;
end_wait:
  atomic {
    if
    :: mark == ready && (!has_seen || of_volume != volume) -> has_seen = true; of_volume = volume; goto end_wait /* seeded.ts: awaitSeeded */
    :: has_seen && of_volume == volume && (queued[0] > 0 || queued[LAST] > 0) ->
       if
       :: !begun && !lost -> begun = true; check(filled_once, queued[0] == 1 && queued[LAST] == 1)
       :: else
       fi;
       if
       :: queued[0] > 0 -> i = 0
       :: queued[LAST] > 0 -> i = LAST
       fi;
       queued[i]--;
       with_pod[i]++;
       consuming[me] = true
    fi
  };
  atomic {
    if
    :: done[i] = true;
       if
       :: skip
       :: !calm && of_volume == volume -> cut = true; consuming[me] = false; with_pod[i]--; queued[i]++ /* the item is back, and the record is late */
       fi
    :: !calm && of_volume == volume -> consuming[me] = false; goto died
#if REQUEUES > 0
    :: requeues > 0 && of_volume == volume -> requeues--; queued[i]++; goto ack /* item-processor.ts: requeue. The copy is confirmed */
#endif
    :: of_volume != volume -> with_pod[i]--; has_seen = false; i = 0; goto end_wait
    fi
  };
  atomic { record[i] = record[i] || has_ledger }; /* item-processor.ts: record, LATE_RECORD_MS */
  atomic {
    if
    :: cut -> cut = false; has_seen = false; i = 0; goto end_wait
    :: else -> succeeded = succeeded + (of_volume == volume && succeeded < ITEMS)
    fi
  };
ack:
  atomic { consuming[me] = false }; /* consumer.ts: ackAndClose */
  atomic {
    with_pod[i]--;
#ifdef COUNT_ALL
    check(complete_means_settled, succeeded < ITEMS || (done[0] && done[LAST]));
#else
    check(complete_means_settled, !(record[0] && record[LAST]) || (done[0] && done[LAST]));
#endif
    i = 0;
    goto end_wait
  };
died:
  atomic { /* the item comes back */
    with_pod[i]--;
    queued[i] = queued[i] + (of_volume == volume);
    has_seen = false;
    i = 0;
    goto end_wait
  }
}

/* A pod without a courier, which reads the mark with amqp-consume: amqp-consume/consume.sh. */
proctype reader() {
end:
  do
  :: atomic { reads > 0 && mark == ready -> reads--; mark = held; mark_by = SEEDERS }
  :: atomic { mark == held && mark_by == SEEDERS -> mark = returning }
  od
}

proctype calming() { atomic { calm = true; kills = 0; losses = 0; volumes = 0; requeues = 0 } }

init {
  byte n;
  atomic {
    for (n : 0 .. SEEDERS - 1) { run connection(n); run seeder(n) }
    run broker();
    run courier(0);
#if PODS > 1
    run courier(1);
#endif
#ifdef LIVENESS
    run calming();
#endif
#if READS > 0
    run reader();
#endif
    run trouble()
  }
}

#ifdef LIVENESS
ltl seeder_ends { [] (calm -> <> (over_count == SEEDERS)) }
#endif
