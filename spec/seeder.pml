/*
 * The seeder: fills the queue exactly once, however often it is killed, and not again if its mark is lost. See README.md beside this file.
 * A comment with a file and a name says which step of lib/programs it stands for.
 */

#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef KILLS
#define KILLS 3 /* how many seeders are killed, or lose their connection */
#endif
#ifndef LOSSES
#define LOSSES 0 /* how often another client or a policy removes the mark: its message, or its queue */
#endif
#ifndef VOLUMES
#define VOLUMES 0 /* how often the broker loses its volume, and so everything */
#endif
#define SEEDERS 2 /* at a time: of two Jobs, or of one whose node is cut off */

bool filled_once = true;         /* when the first courier begins, every item is in the queue once */
bool no_purge_after_mark = true; /* nobody empties the queue while the mark exists */
bool no_purge_of_taken = true;   /* nobody empties the queue while a pod holds an item, or when only some are settled */
bool no_mark_after_success = true; /* nobody leaves a mark when the Job has successes: they would count for other items */
bool no_false_refusal = true;    /* a seeder ends with a final error only if the mark was lost */
#define safe (filled_once && no_purge_after_mark && no_purge_of_taken && no_mark_after_success)
#ifdef ONLY
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

mtype = { absent, ready, held, returning };

byte queued[ITEMS];
bool delivered[ITEMS];           /* the broker has delivered it before: a pod had it, or a seeder that looked at it */
byte at_work, settled;           /* pods that hold an item of the queue, and its items that are settled */
byte succeeded, counted;         /* pods that have ended with success, and those that the status of the Job counts */
bool has_seeded, has_work;       /* the queues; <queue>.dead is as <queue>.seeded */
bool lost;                       /* the mark was removed, alone or with everything else */
byte volume;                     /* the number of the broker's volume */
byte peeking;                    /* the seeder that consumes from the work queue, from 1 */
mtype mark = absent;             /* in <queue>.seeded */
byte mark_by;
byte lock;                       /* <queue>.seeding: the seeder that has it, from 1 */
bool wire[SEEDERS * ITEMS];      /* published, but not yet in the queue */
bool wire_mark[SEEDERS];
bool killed[SEEDERS], open[SEEDERS], begun;
byte kills = KILLS, losses = LOSSES, volumes = VOLUMES;

#define on_wire(p, i) wire[(p) * ITEMS + (i)]
#define wire_empty(p) (!on_wire(p, 0) && !on_wire(p, ITEMS - 1) && !wire_mark[p])

/* One connection: what it was sent lands bit by bit, in order. When its seeder is dead, a part of it, and then it is closed. */
proctype connection(byte p) {
  byte i;
end:
  do
  :: atomic { on_wire(p, 0) -> on_wire(p, 0) = false; queued[0]++ }
  :: atomic { !on_wire(p, 0) && on_wire(p, ITEMS - 1) -> on_wire(p, ITEMS - 1) = false; queued[ITEMS - 1]++ }
  :: atomic { wire_mark[p] -> wire_mark[p] = false; mark = (mark == absent && has_seeded -> ready : mark) }
  :: atomic {
       killed[p] && open[p] -> /* what has not been read by now is lost; then the broker deletes the lock */
       for (i : 0 .. ITEMS - 1) { on_wire(p, i) = false }
       i = 0;
       wire_mark[p] = false;
       lock = (lock == p + 1 -> 0 : lock);
       mark = (mark == held && mark_by == p -> returning : mark);
       peeking = (peeking == p + 1 -> 0 : peeking);
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

/* What a seeder that dies never leaves: the items from 0 to the first one that was never delivered, with a gap; */
#define gap (queued[0] == 0 && queued[ITEMS - 1] > 0)
/* or fewer than all, all of them delivered before */
#ifdef NO_CUT
#define cut false
#else
#define cut (queued[0] > 0 && delivered[0] && queued[ITEMS - 1] == 0 && ITEMS > 1)
#endif

#ifdef MARK_FIRST
#define read_first has_mark = has_seeded
#define read_then is_declared = has_work
#else
#define read_first is_declared = has_work
#define read_then has_mark = has_seeded
#endif

#ifdef NO_QUESTION
#define known 0
#else
#define known counted
#endif

/* seeder.ts: refuseAfterSuccess */
inline ask() {
  atomic {
    if
    :: known > 0 -> goto refuse
    :: else
    fi
  }
}

/* find-mark.ts: findMark */
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

proctype seeder(byte me) {
  byte i;
  bool is_declared, has_mark;

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
#ifndef EARLY_QUESTION
#ifndef NO_WAIT
    !has_seeded || mark != returning; /* seeder.ts: hasHiddenMark */
#endif
    atomic {
      if
      :: has_seeded && mark == ready -> mark = held; mark_by = me; goto give_back
      :: else
      fi
    };
#endif
    ask();
    atomic { has_seeded = true }; /* work-queues.ts: declareQueues */
    atomic { has_work = true };
#ifndef NO_WAIT
    mark != returning; /* seeder.ts: SETTLE_MS. 1.5 s is longer than it takes the mark to come back from a killed seeder */
#endif
    atomic { /* seeder.ts: isSeeded */
      if
      :: mark == ready -> mark = held; mark_by = me
      :: else -> goto fill
      fi
    };
give_back:
    atomic { mark = (mark == held && mark_by == me -> returning : mark); goto over };

fill:
    atomic { /* leftovers.ts: consumeOne, findTaken */
      if
#ifndef NO_CONSUMERS
      :: at_work > 0 -> goto refuse
#endif
#ifndef NO_READ
      :: gap || cut -> goto refuse
#endif
      :: else
      fi;
      peeking = me + 1;
      if
      :: queued[0] > 0 && delivered[0] && queued[ITEMS - 1] > 0 -> delivered[ITEMS - 1] = true
      :: else
      fi;
      delivered[0] = queued[0] > 0
    };
    atomic { /* leftovers.ts: removeLeftovers */
      for (i : 0 .. ITEMS - 1) { queued[i] = 0; delivered[i] = false }
      i = 0;
      peeking = 0;
      check(no_purge_after_mark, mark == absent);
      check(no_purge_of_taken, at_work == 0 && (settled == 0 || settled == ITEMS))
    };
    atomic { for (i : 0 .. ITEMS - 1) { on_wire(me, i) = true } i = 0 }; /* seeder.ts: fill */
    wire_empty(me); /* publish.ts: publish */
end_count:
    atomic { queued[0] + (ITEMS > 1 -> queued[ITEMS - 1] : 0) == ITEMS }; /* seeder.ts: checkCount */
#ifndef ONE_QUESTION
    ask();
#endif
    atomic { wire_mark[me] = true; check(no_mark_after_success, succeeded == 0) }; /* seeder.ts: mark */
    wire_empty(me);
    goto over;

refuse:
    atomic { check(no_false_refusal, lost) };

over:
    atomic {
      open[me] = false;
      lock = (lock == me + 1 -> 0 : lock);
      goto done
    }
  } unless {
    atomic { killed[me] && !open[me] -> killed[me] = false; i = 0; is_declared = false; has_mark = false; goto end_start }
  };
done:
  skip
}

#define victim(p) kills > 0 && open[p] && !killed[p]

proctype trouble() {
end:
  do
  :: atomic { victim(0) -> kills--; killed[0] = true }
  :: atomic { victim(1) -> kills--; killed[1] = true }
  od
}

proctype loss() {
  byte i;
end:
  do
  :: atomic { losses > 0 && mark == ready -> losses--; lost = true; mark = absent }
  :: atomic { losses > 0 && mark == ready -> losses--; lost = true; mark = absent; has_seeded = false }
  :: atomic {
       volumes > 0 && mark == ready -> /* every connection is lost with it */
       volumes--;
       lost = true;
       volume++;
       mark = absent;
       has_seeded = false;
       has_work = false;
       lock = 0;
       peeking = 0;
       at_work = 0;
       settled = 0;
       for (i : 0 .. ITEMS - 1) { queued[i] = 0; delivered[i] = false }
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

/* A pod: when it has seen the mark it takes the first item that is left, and settles it, or dies and the item comes back. */
proctype courier() {
  byte i, of_volume;
end_wait:
  atomic { /* seeded.ts: awaitSeeded */
    mark == ready && peeking == 0 && (queued[0] > 0 || queued[ITEMS - 1] > 0 || !begun) ->
    if
    :: !begun -> begun = true; check(filled_once, queued[0] == 1 && queued[ITEMS - 1] == 1)
    :: else
    fi;
    i = (queued[0] > 0 -> 0 : ITEMS - 1);
    queued[i]--;
    at_work++;
    of_volume = volume
  };
  atomic {
    if
    :: of_volume != volume -> goto end_wait /* the item is gone, and the program is stopped */
    :: else
    fi;
    at_work--;
    if
    :: settled++; succeeded++
    :: queued[i]++; delivered[i] = true; goto done
    fi;
#ifdef SLOW_COUNT
  };
  atomic {
#endif
    counted++
  };
done:
  skip
}

init {
  byte n;
  atomic {
    for (n : 0 .. SEEDERS - 1) { run connection(n); run seeder(n) }
    run broker();
    run courier();
    run courier();
    run loss();
    run trouble()
  }
}
