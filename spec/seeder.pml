/*
 * The seeder: fills the queue exactly once, however often it is killed. See README.md beside this file.
 * A comment with a file and a name says which step of lib/programs it stands for.
 */

#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef KILLS
#define KILLS 3 /* how many seeders are killed, or lose their connection */
#endif
#define SEEDERS 2 /* at a time: of two Jobs, or of one whose node is cut off */

bool filled_once = true;         /* when the first courier begins, every item is in the queue once */
bool no_purge_after_mark = true; /* nobody empties the queue once the mark was there */
#ifdef ONLY
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

mtype = { absent, ready, held, returning };

byte queued[ITEMS];
mtype mark = absent;             /* in <queue>.seeded */
byte mark_by;
byte lock;                       /* <queue>.seeding: the seeder that has it, from 1 */
bool wire[SEEDERS * ITEMS];      /* published, but not yet in the queue */
bool wire_mark[SEEDERS];
bool killed[SEEDERS], open[SEEDERS], begun;
byte kills = KILLS;

#define on_wire(p, i) wire[(p) * ITEMS + (i)]
#define wire_empty(p) (!on_wire(p, 0) && !on_wire(p, ITEMS - 1) && !wire_mark[p])

/* One connection: what it was sent lands bit by bit. When its seeder is dead, a part of it, and then it is closed. */
proctype connection(byte p) {
  byte i;
end:
  do
  :: atomic { on_wire(p, 0) -> on_wire(p, 0) = false; queued[0]++ }
  :: atomic { on_wire(p, ITEMS - 1) -> on_wire(p, ITEMS - 1) = false; queued[ITEMS - 1]++ }
  :: atomic { wire_mark[p] -> wire_mark[p] = false; mark = (mark == absent -> ready : mark) }
  :: atomic {
       killed[p] && open[p] -> /* what has not been read by now is lost; then the broker deletes the lock */
       for (i : 0 .. ITEMS - 1) { on_wire(p, i) = false }
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

proctype seeder(byte me) {
  byte i;

end_start:
  {
    atomic { open[me] = true };
#ifndef NO_LOCK
end_locked:
    atomic { lock == 0 -> lock = me + 1 }; /* lock.ts: takeLock */
#endif
#ifndef NO_WAIT
    mark != returning; /* seeder.ts: SETTLE_MS. 1.5 s is longer than it takes the mark to come back from a killed seeder */
#endif
    atomic { /* seeder.ts: isSeeded */
      if
      :: mark == ready -> mark = held; mark_by = me
      :: else -> goto fill
      fi
    };
    atomic { mark = returning; goto over };

fill:
    atomic { /* seeder.ts: purge */
      for (i : 0 .. ITEMS - 1) { queued[i] = 0 }
      i = 0;
      check(no_purge_after_mark, mark == absent)
    };
    atomic { for (i : 0 .. ITEMS - 1) { on_wire(me, i) = true } i = 0 }; /* seeder.ts: fill */
    wire_empty(me); /* publish.ts: publish */
    queued[0] + (ITEMS > 1 -> queued[ITEMS - 1] : 0) == ITEMS; /* seeder.ts: checkCount */
    atomic { wire_mark[me] = true }; /* seeder.ts: mark */
    wire_empty(me);

over:
    atomic {
      open[me] = false;
      lock = (lock == me + 1 -> 0 : lock);
      goto done
    }
  } unless {
    atomic { killed[me] && !open[me] -> killed[me] = false; i = 0; goto end_start }
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

proctype courier() { /* seeded.ts: awaitSeeded */
  atomic { mark == ready -> begun = true; check(filled_once, queued[0] == 1 && queued[ITEMS - 1] == 1) }
}

init {
  byte n;
  atomic {
    for (n : 0 .. SEEDERS - 1) { run connection(n); run seeder(n) }
    run broker();
    run courier();
    run trouble()
  }
}
