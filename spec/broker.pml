/* The broker: the work queue, <queue>.dead, <queue>.ledger, <queue>.settled and its lock. queues.ts: relatedQueues */

#define MESSAGES (ITEMS + COPIES)
#define MOST 5

mtype:message = { absent, ready, held, returning, acked };

/* `returning`: on its way back to the queue. The broker's figures do not know it. */
mtype:message state[MOST] = absent;
byte item[MOST];
bool again[MOST];       /* redelivered, or a copy, with `attempts`. message.ts: isFirstDelivery */
byte holds[SLOTS];      /* the message that this slot holds, from 1 */
bool consumes[SLOTS];
bool alone[SLOTS];      /* was the only consumer, and is one since */
byte runs_left[3];      /* how often an item may run: once, and once more for each delivery that was lost */

#define DONE 1
#define DEAD 2
byte record[3];         /* <queue>.ledger, by item: the same record twice is one. record.ts: doneRecord, deadRecord */
byte dead_at_end;       /* 1 and the number of dead items at the record after which each item had one: a reader reads so far */
bool claimed;           /* the last record says that items are lost. record.ts: claimRecord */
bool letter[3];         /* <queue>.dead, by item */
bool letters_held;      /* by a client that is no courier */
byte mark;              /* <queue>.settled: 1 and the number of dead items */
bool mark_away;         /* it is on its way back from a reader that died */
#define sees_mark (mark > 0 && !mark_away)
byte lock;              /* the slot that has it, from 1 */
byte overruns = OVERRUNS;
bool work_deleted, ledger_deleted;

#define is_ready(i) (state[i] == ready)
#define any_ready (is_ready(0) || is_ready(1) || is_ready(2) || is_ready(3) || is_ready(4))
#define is_returning(i) (state[i] == returning)
#define any_returning (is_returning(0) || is_returning(1) || is_returning(2) || is_returning(3) || is_returning(4))
#define any_consumer (consumes[0] || consumes[1] || consumes[SLOTS - 1])

#define recorded(i) (i >= ITEMS || record[i] > 0)
#define all_recorded (recorded(0) && recorded(1) && recorded(2))
#define is_dead(i) (record[i] == DEAD) /* who is done and dead is done */
#define dead_items (is_dead(0) + is_dead(1) + is_dead(2))
#ifdef ANY_ORDER /* the ledger is no stream: the order may change when a reader dies. ledger.ts: hasStreams */
#define dead_items_read dead_items
#else
#define dead_items_read (dead_at_end > 0 -> dead_at_end - 1 : dead_items)
#endif
inline end_of_ledger() { dead_at_end = (!all_recorded -> 0 : (dead_at_end > 0 -> dead_at_end : 1 + dead_items)) }

inline one_more_run(i) { runs_left[i] = (runs_left[i] < COPIES + 1 -> runs_left[i] + 1 : runs_left[i]) }

inline begin_consume(p) {
  consumes[p] = true;
  alone[0] = false; alone[1] = false; alone[SLOTS - 1] = false
}

inline end_consume(p) { consumes[p] = false; alone[p] = false }

inline take(i, p) { state[i] = held; holds[p] = i + 1 }

inline give_back(p, flag) {
  end_consume(p);
  if
  :: holds[p] > 0 ->
     if
     :: state[holds[p] - 1] == held ->
        state[holds[p] - 1] = returning; again[holds[p] - 1] = again[holds[p] - 1] || flag; one_more_run(item[holds[p] - 1])
     :: else
     fi;
     holds[p] = 0
  :: else
  fi
}

inline write(i, what) {
  record[i] = record[i] | what;
  end_of_ledger();
  claimed = false; /* records.ts: add */
  check(record_is_true, (what == DONE && done[i]) || (what == DEAD && lettered[i]))
}

#define comes_back(i) atomic { !ended && is_returning(i) -> state[i] = ready }

proctype broker() {
end:
  do
  :: comes_back(0)
  :: comes_back(1)
  :: comes_back(2)
#if MESSAGES > 3
  :: comes_back(3)
#endif
#if MESSAGES > 4
  :: comes_back(4)
#endif
  :: atomic { mark_away -> mark_away = false }
  od
}
